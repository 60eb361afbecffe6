import type { TimeRange } from "../types/selection.ts";
import { formatDuration, formatSpan, formatValue, threeDigits } from "./format.ts";
import type { ProfileTypeInfo } from "./profileType.ts";

/// Says what the width of a frame means and how much there is:
/// "Width = CPU time. Total 41.3 core-min in 10 min, about 4.13 cores."
export function unitSentence(type: ProfileTypeInfo, total: number, range: TimeRange): string {
  const rangeNanos = (range.endMillis - range.startMillis) * 1e6;
  const within = formatSpan(range.endMillis - range.startMillis);
  if (type.gauge) {
    return `Width = ${type.width}, added over all snapshots of ${within}. Sum ${formatValue(total, type.measure)}.`;
  }
  switch (type.measure) {
    case "cpuTime": {
      const cores = total / rangeNanos;
      return `Width = ${type.width}. Total ${coreTime(total)} in ${within}, about ${threeDigits(cores)} ${cores === 1 ? "core" : "cores"}.`;
    }
    case "time":
      return `Width = ${type.width}. Total ${formatDuration(total)} in ${within}, on average ${threeDigits(total / rangeNanos)} at a time.`;
    case "bytes":
    case "count": {
      const perSecond = formatValue(total / (rangeNanos / 1e9), type.measure);
      return `Width = ${type.width}. Total ${formatValue(total, type.measure)} in ${within}, ${perSecond}/s.`;
    }
  }
}

function coreTime(nanos: number): string {
  const [number, unit] = formatDuration(nanos).split(" ");
  return `${number} core-${unit}`;
}
