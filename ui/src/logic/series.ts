import type { SelectSeriesResponse } from "../types/wire.ts";

/// Series on one time axis.
///
/// `times` are seconds since the epoch, one per step, gapless; every row of `values` has one entry per time, null
/// where no profile arrived. Values are per second of the step, or as sent for a gauge.
export interface ChartSeries {
  readonly times: number[];
  readonly titles: readonly string[];
  readonly values: (number | null)[][];
  readonly stepSeconds: number;
}

/// Puts sparse answers on a gapless axis. The last step is left out while it is still filling, when enough others
/// remain: half a step of data drawn as a whole one looks like an outage.
export function toChartSeries(
  response: SelectSeriesResponse,
  range: { startMillis: number; endMillis: number },
  stepSeconds: number,
  options: { gauge: boolean; groupBy: string; nowMillis: number },
): ChartSeries {
  const stepMillis = stepSeconds * 1000;
  const length = Math.max(0, Math.round((range.endMillis - range.startMillis) / stepMillis) + 1);
  const filling = range.startMillis + (length - 1) * stepMillis > options.nowMillis;
  const series = response.series ?? [];
  const dataPoints = Math.max(0, ...series.map((each) => each.points?.length ?? 0));
  const shown = filling && dataPoints > 3 ? length - 1 : length;
  const times = Array.from({ length: shown }, (_, index) => (range.startMillis + index * stepMillis) / 1000);
  const values = series.map(({ points }) => {
    const row: (number | null)[] = new Array(shown).fill(null);
    for (const { timestamp, value } of points ?? []) {
      const index = Math.round((Number(timestamp ?? 0) - range.startMillis) / stepMillis);
      if (index >= 0 && index < shown) row[index] = Number(value ?? 0) / (options.gauge ? 1 : stepSeconds);
    }
    return row;
  });
  const titles = series.map(
    ({ labels }) =>
      labels?.find(({ name }) => name === options.groupBy)?.value || (options.groupBy ? "(not set)" : "all"),
  );
  return { times, titles, values, stepSeconds };
}

/// Mean of the steps that have data, added over the series; 0 without any. With gaps it is more than the total by the
/// length of the range.
export function meanRate({ values, times }: ChartSeries): { rate: number; hasGaps: boolean } {
  let sum = 0;
  let filled = 0;
  for (let at = 0; at < times.length; at++) {
    let any = false;
    for (const row of values) {
      if (row[at] === null) continue;
      sum += row[at]!;
      any = true;
    }
    if (any) filled++;
  }
  return { rate: filled === 0 ? 0 : sum / filled, hasGaps: filled < times.length };
}
