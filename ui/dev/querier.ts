import { parseSelector } from "../src/logic/selector.ts";
import type { Matcher } from "../src/types/selection.ts";
import type { DemoSeries } from "./demo.ts";
import type { DrawnSample } from "./drawnProfile.ts";
import { mergeSamples } from "./merge.ts";

/// An answer that is not 200.
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const UPLOAD_MILLIS = 15_000;
const MOST_RANGE_MILLIS = 31 * 86_400_000;

type Body = Record<string, unknown>;

/// Answers the querier service from drawn series: each of them "uploads" its drawing every 15 s, scaled by its load,
/// from `oldestMillis` until now.
export class Querier {
  constructor(
    private readonly series: readonly DemoSeries[],
    private readonly oldestMillis: number,
    private readonly clock: () => number,
  ) {}

  answer(method: string, body: Body): unknown {
    switch (method) {
      case "ProfileTypes":
        return {
          profileTypes: unique(this.series.map(({ profileType }) => profileType)).map((ID) => ({ ID })),
        };
      case "Series":
        return this.labelSets(body);
      case "LabelNames":
        return {
          names: unique(this.matching(readMatchers(body)).flatMap((each) => Object.keys(labelsOf(each)))),
        };
      case "LabelValues":
        return {
          names: unique(
            this.matching(readMatchers(body)).flatMap((each) => labelsOf(each)[String(body.name)] ?? []),
          ),
        };
      case "SelectSeries":
        return this.selectSeries(body);
      case "SelectMergeStacktraces":
        return { flamegraph: this.merge(body) };
      case "GetProfileStats":
        return this.series.length === 0
          ? {}
          : {
              dataIngested: true,
              oldestProfileTime: String(this.oldestMillis),
              newestProfileTime: String(this.clock()),
            };
      default:
        throw new Refusal(404, "unimplemented", `no method ${method}`);
    }
  }

  private matching(matchers: readonly Matcher[]): DemoSeries[] {
    return this.series.filter((each) => {
      const labels = labelsOf(each);
      return matchers.every((matcher) => matches(matcher, labels[matcher.name] ?? ""));
    });
  }

  private labelSets(body: Body): unknown {
    const { start, end } = readRange(body);
    const wanted = (body.labelNames as string[] | undefined) ?? [];
    const present = start < this.clock() && end > this.oldestMillis ? this.matching(readMatchers(body)) : [];
    const sets = present.map((each) =>
      Object.entries(labelsOf(each))
        .filter(([name]) => wanted.length === 0 || wanted.includes(name))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value })),
    );
    return {
      labelsSet: unique(sets.map((labels) => JSON.stringify(labels))).map((text) => ({
        labels: JSON.parse(text),
      })),
    };
  }

  private selectSeries(body: Body): unknown {
    const { start, end } = readRange(body);
    const step = Number(body.step) * 1000;
    if (!(step >= 1)) throw new Refusal(400, "invalid_argument", "step must be >= 1ms");
    const groupBy = (body.groupBy as string[] | undefined) ?? [];
    const groups = new Map<string, Map<number, { sum: number; profiles: number }>>();
    for (const each of this.selected(body)) {
      const labels = groupBy.flatMap((name) =>
        labelsOf(each)[name] === undefined ? [] : [{ name, value: labelsOf(each)[name] }],
      );
      const key = JSON.stringify(labels);
      if (!groups.has(key)) groups.set(key, new Map());
      const points = groups.get(key)!;
      for (const time of this.uploads(start - step + 1, end + 1)) {
        const bucket = start + Math.max(0, Math.ceil((time - start) / step)) * step;
        const point = points.get(bucket) ?? { sum: 0, profiles: 0 };
        point.sum += sampled(each, time).reduce((sum, { value }) => sum + value, 0);
        point.profiles++;
        points.set(bucket, point);
      }
    }
    const average = body.aggregation === "TIME_SERIES_AGGREGATION_TYPE_AVERAGE";
    const series = [...groups].map(([labels, points]) => ({
      labels: JSON.parse(labels),
      points: [...points]
        .filter(([bucket]) => bucket <= end)
        .map(([bucket, { sum, profiles }]) => ({
          timestamp: String(bucket),
          value: average ? sum / profiles : sum,
        })),
      sum: [...points.values()].reduce((total, { sum }) => total + sum, 0),
    }));
    series.sort((a, b) => b.sum - a.sum);
    const limit = Number(body.limit ?? 0);
    return {
      series: series
        .filter(({ points }) => points.length > 0)
        .slice(0, limit > 0 ? limit : undefined)
        .map(({ labels, points }) => ({ labels, points })),
    };
  }

  private merge(body: Body): unknown {
    const { start, end } = readRange(body);
    const merged: DrawnSample[] = [];
    for (const each of this.selected(body)) {
      const sums = new Float64Array(each.samples.length);
      for (const time of this.uploads(start, end)) {
        sampled(each, time).forEach(({ value }, index) => {
          sums[index]! += value;
        });
      }
      each.samples.forEach(({ stack }, index) => {
        if (sums[index]! > 0) merged.push({ stack, value: sums[index]! });
      });
    }
    return mergeSamples(merged, Number(body.maxNodes ?? 8192));
  }

  private selected(body: Body): DemoSeries[] {
    const type = String(body.profileTypeID ?? "");
    if (type.split(":").length < 5)
      throw new Refusal(400, "invalid_argument", `profile-type selection: ${type}`);
    return this.matching(parse(String(body.labelSelector ?? ""))).filter(
      ({ profileType }) => profileType === type,
    );
  }

  private *uploads(start: number, end: number): Generator<number> {
    const first = Math.ceil(Math.max(start, this.oldestMillis) / UPLOAD_MILLIS) * UPLOAD_MILLIS;
    for (let time = first; time < Math.min(end, this.clock()); time += UPLOAD_MILLIS) yield time;
  }
}

/// One upload: whole samples, so that rare functions come and go as they do in real profiles.
function sampled({ samples, unit, load, factor, labels }: DemoSeries, time: number): DrawnSample[] {
  const scale = load(time);
  return samples.map(({ stack, value }, index) => {
    const expected = value * scale * factor(stack.at(-1)!, time);
    const fraction = noise(
      time / UPLOAD_MILLIS + index * 7919 + (labels.worker_id?.charCodeAt(1) ?? 0) * 104_729,
    );
    return { stack, value: Math.round(Math.floor(expected + fraction) * unit) };
  });
}

/// 0 to 1, the same for the same seed.
function noise(seed: number): number {
  let hash = Math.imul(Math.floor(seed) ^ 0x9e3779b9, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function labelsOf({ labels, profileType }: DemoSeries): Record<string, string> {
  return { ...labels, __profile_type__: profileType };
}

function readMatchers(body: Body): Matcher[] {
  return ((body.matchers as string[] | undefined) ?? []).flatMap(parse);
}

function parse(selector: string): Matcher[] {
  try {
    if (selector === "") throw new Error("empty selector");
    return parseSelector(selector);
  } catch (error) {
    throw new Refusal(400, "invalid_argument", `failed to parse label selector: ${(error as Error).message}`);
  }
}

function matches({ operator, value }: Matcher, actual: string): boolean {
  switch (operator) {
    case "=":
      return actual === value;
    case "!=":
      return actual !== value;
    case "=~":
      return new RegExp(`^(?:${value})$`, "s").test(actual);
    case "!~":
      return !new RegExp(`^(?:${value})$`, "s").test(actual);
  }
}

function readRange(body: Body): { start: number; end: number } {
  const start = Number(body.start ?? 0);
  const end = Number(body.end ?? 0);
  if (start === 0 || end === 0) throw new Refusal(400, "invalid_argument", "missing time range in the query");
  if (start > end) throw new Refusal(400, "invalid_argument", "query start time is after end time");
  if (end - start > MOST_RANGE_MILLIS) {
    throw new Refusal(
      400,
      "invalid_argument",
      `the query time range exceeds the limit (max_query_length, actual: ${(end - start) / 3_600_000}h, limit: 744h)`,
    );
  }
  return { start, end };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
