import type { TimeRange, TimeZone } from "../types/selection.ts";

const unitMillis: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/// Ranges offered with one click, all of the form `now-LENGTH` to `now`.
export const presets: readonly { readonly from: string; readonly title: string }[] = [
  { from: "now-5m", title: "Last 5 minutes" },
  { from: "now-15m", title: "Last 15 minutes" },
  { from: "now-30m", title: "Last 30 minutes" },
  { from: "now-1h", title: "Last 1 hour" },
  { from: "now-3h", title: "Last 3 hours" },
  { from: "now-6h", title: "Last 6 hours" },
  { from: "now-12h", title: "Last 12 hours" },
  { from: "now-24h", title: "Last 24 hours" },
  { from: "now-2d", title: "Last 2 days" },
  { from: "now-7d", title: "Last 7 days" },
  { from: "now-30d", title: "Last 30 days" },
];

/// Reads `now`, `now-90m`, `now-1h30m`, milliseconds since the epoch, or an ISO date; null for anything else.
export function parseTime(text: string, nowMillis: number): number | null {
  const relative = /^now((?:-?(?:\d+[smhdw])+)?)$/.exec(text.replaceAll(" ", ""));
  if (relative) {
    let back = 0;
    for (const [, count, unit] of relative[1]!.matchAll(/(\d+)([smhdw])/g))
      back += Number(count) * unitMillis[unit!]!;
    return relative[1]!.startsWith("-") || back === 0 ? nowMillis - back : null;
  }
  if (/^\d{11,14}$/.test(text)) return Number(text);
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : date;
}

/// Resolves both ends against one clock reading; null when an end is unreadable or the range is empty.
export function resolveRange(from: string, to: string, nowMillis: number): TimeRange | null {
  const startMillis = parseTime(from, nowMillis);
  const endMillis = parseTime(to, nowMillis);
  return startMillis !== null && endMillis !== null && startMillis < endMillis
    ? { startMillis, endMillis }
    : null;
}

export function isRelative(from: string, to: string): boolean {
  return from.startsWith("now") || to.startsWith("now");
}

/// The range before (`direction` -1) or after (1) this one, of the same length.
export function shiftRange(range: TimeRange, direction: -1 | 1): TimeRange {
  const length = (range.endMillis - range.startMillis) * direction;
  return { startMillis: range.startMillis + length, endMillis: range.endMillis + length };
}

/// `now-90m` for a range of 90 minutes: its length counted back from the present, in the largest whole unit.
export function relativeStart({ startMillis, endMillis }: TimeRange): string {
  const seconds = Math.max(1, Math.round((endMillis - startMillis) / 1000));
  const unit = ["d", "h", "m"].find((each) => seconds % (unitMillis[each]! / 1000) === 0) ?? "s";
  return `now-${seconds / (unitMillis[unit]! / 1000)}${unit}`;
}

const steps = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const MOST_POINTS = 200;

/// Seconds per point: the shortest round step that draws at most 200 points, and at least 15 s over 10 min, because
/// agents send every 10 to 15 s and shorter steps would show their rhythm instead of the load.
export function stepSeconds(range: TimeRange): number {
  const seconds = (range.endMillis - range.startMillis) / 1000;
  const least = seconds > 600 ? 15 : 5;
  return (
    steps.find((step) => step >= least && seconds / step <= MOST_POINTS) ?? Math.ceil(seconds / MOST_POINTS)
  );
}

/// The range widened to whole steps, so that the same buckets come back on every refresh. Points are labelled with
/// their right edge, hence the first one is a step after the start.
export function alignedRange(range: TimeRange, step: number): TimeRange {
  const millis = step * 1000;
  return {
    startMillis: Math.floor(range.startMillis / millis) * millis + millis,
    endMillis: Math.ceil(range.endMillis / millis) * millis,
  };
}

/// A preset's title, or both ends of an absolute range: `Nov 24 13:05 – 14:05`.
export function describeRange(from: string, to: string, range: TimeRange | null, zone: TimeZone): string {
  const preset = to === "now" ? presets.find((each) => each.from === from) : undefined;
  if (preset) return preset.title;
  if (isRelative(from, to) || !range) return `${from} to ${to}`;
  const start = formatDateTime(range.startMillis, zone);
  const end = formatDateTime(range.endMillis, zone);
  const day = start.slice(0, 10);
  return `${start.slice(5, 16)} – ${end.startsWith(day) ? end.slice(11, 16) : end.slice(5, 16)}`;
}

/// `2026-11-24 13:05:09` in the chosen zone.
export function formatDateTime(millis: number, zone: TimeZone): string {
  const date = new Date(millis);
  const [y, mo, d, h, mi, s] =
    zone === "utc"
      ? [
          date.getUTCFullYear(),
          date.getUTCMonth(),
          date.getUTCDate(),
          date.getUTCHours(),
          date.getUTCMinutes(),
          date.getUTCSeconds(),
        ]
      : [
          date.getFullYear(),
          date.getMonth(),
          date.getDate(),
          date.getHours(),
          date.getMinutes(),
          date.getSeconds(),
        ];
  const two = (part: number) => String(part).padStart(2, "0");
  return `${y}-${two(mo + 1)}-${two(d)} ${two(h)}:${two(mi)}:${two(s)}`;
}

/// Reads `2026-11-24 13:05` or `2026-11-24T13:05:09` in the chosen zone; null for anything else.
export function parseDateTime(text: string, zone: TimeZone): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?$/.exec(text.trim());
  if (!match) return null;
  const [y, mo, d, h, mi, s] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const millis =
    zone === "utc" ? Date.UTC(y, mo - 1, d, h, mi, s) : new Date(y, mo - 1, d, h, mi, s).getTime();
  return Number.isNaN(millis) ? null : millis;
}
