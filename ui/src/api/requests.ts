import type { ApiRequest } from "../logic/curl.ts";
import type { ProfileTypeInfo } from "../logic/profileType.ts";
import { printSelector } from "../logic/selector.ts";
import { alignedRange, stepSeconds } from "../logic/timeRange.ts";
import type { Matcher, TimeRange } from "../types/selection.ts";

/// What the panels of a page ask about.
export interface Selection {
  readonly service: string;
  readonly type: ProfileTypeInfo;
  readonly matchers: readonly Matcher[];
  readonly range: TimeRange;
}

/// Most series a grouped chart shows.
export const MOST_SERIES = 8;

export function serviceMatchers({ service, matchers }: Pick<Selection, "service" | "matchers">): Matcher[] {
  return [{ name: "service_name", operator: "=", value: service }, ...matchers];
}

export function servicesRequest(range: TimeRange): ApiRequest {
  return querier("Series", {
    ...span(range),
    matchers: [],
    labelNames: ["__profile_type__", "service_name"],
  });
}

/// Label sets of one service under some of its matchers: the answer is empty when they match nothing.
export function typesRequest(range: TimeRange, matchers: readonly Matcher[]): ApiRequest {
  return querier("Series", {
    ...span(range),
    matchers: [printSelector(matchers)],
    labelNames: ["__profile_type__", "service_name"],
  });
}

export function labelNamesRequest(range: TimeRange, matchers: readonly Matcher[]): ApiRequest {
  return querier("LabelNames", { ...span(range), matchers: [printSelector(matchers)] });
}

export function labelValuesRequest(range: TimeRange, name: string, matchers: readonly Matcher[]): ApiRequest {
  return querier("LabelValues", { ...span(range), name, matchers: [printSelector(matchers)] });
}

export function profileStatsRequest(): ApiRequest {
  return querier("GetProfileStats", {});
}

export function statusRequest(): ApiRequest {
  return { path: "/api/v1/status", body: null };
}

export function stacktracesRequest(selection: Selection, maxNodes: number): ApiRequest {
  return querier("SelectMergeStacktraces", {
    profileTypeID: selection.type.id,
    labelSelector: printSelector(serviceMatchers(selection)),
    ...span(selection.range),
    maxNodes: String(maxNodes),
  });
}

export function selectSeriesRequest(selection: Selection, groupBy: string): ApiRequest {
  const step = stepSeconds(selection.range);
  return querier("SelectSeries", {
    profileTypeID: selection.type.id,
    labelSelector: printSelector(serviceMatchers(selection)),
    ...span(alignedRange(selection.range, step)),
    groupBy: groupBy ? [groupBy] : [],
    step,
    aggregation: selection.type.gauge
      ? "TIME_SERIES_AGGREGATION_TYPE_AVERAGE"
      : "TIME_SERIES_AGGREGATION_TYPE_SUM",
    limit: String(MOST_SERIES),
  });
}

function span({ startMillis, endMillis }: TimeRange): { start: string; end: string } {
  return { start: String(Math.floor(startMillis)), end: String(Math.ceil(endMillis)) };
}

function querier(method: string, body: object): ApiRequest {
  return { path: `/querier.v1.QuerierService/${method}`, body };
}
