import type { Measure, ProfileTypeInfo } from "./profileType.ts";

/// Writes a value of a profile type with three significant digits and the unit that keeps it short:
/// `41.3 min`, `1.20 GiB`, `12.4 k`. Time is given in nanoseconds, memory in bytes.
export function formatValue(value: number, measure: Measure): string {
  switch (measure) {
    case "cpuTime":
    case "time":
      return formatDuration(value);
    case "bytes":
      return formatScaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
    case "count":
      return formatScaled(value, 1000, ["", "k", "M", "G", "T"]).trimEnd();
  }
}

/// A duration in nanoseconds: `12.4 ms`, `3.10 s`, `41.3 min`, `5.20 h`, `3.10 d`.
export function formatDuration(nanos: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1, "ns"],
    [1e3, "µs"],
    [1e6, "ms"],
    [1e9, "s"],
    [60e9, "min"],
    [3600e9, "h"],
    [86_400e9, "d"],
  ];
  const size = Math.abs(nanos);
  if (size === 0) return "0 s";
  const limits = [1e3, 1e6, 1e9, 120e9, 7200e9, 172_800e9];
  const unit = limits.findIndex((limit) => size < limit * 0.99995);
  const [scale, name] = units[unit === -1 ? units.length - 1 : unit]!;
  return `${threeDigits(nanos / scale)} ${name}`;
}

/// What a point of a time series means, per second of the range: cores, threads at a time, bytes or events per
/// second; a gauge is written as it is.
export function formatRate(perSecond: number, { measure, gauge }: ProfileTypeInfo): string {
  if (gauge) return formatValue(perSecond, measure);
  switch (measure) {
    case "cpuTime":
      return `${threeDigits(perSecond / 1e9)} cores`;
    case "time":
      return `${threeDigits(perSecond / 1e9)} at a time`;
    case "bytes":
    case "count":
      return `${formatValue(perSecond, measure)}/s`;
  }
}

/// [formatRate] for an axis, where the unit of every label is the same and times need no name.
export function formatAxisRate(perSecond: number, type: ProfileTypeInfo): string {
  if (perSecond === 0) return "0";
  const ofTime = type.measure === "cpuTime" || type.measure === "time";
  if (ofTime && !type.gauge) return shortest(perSecond / 1e9);
  return formatRate(perSecond, type).replace(/\.0+(?= )/, "");
}

/// A span of time without digits that say nothing: `1 h`, `90 min`, `15 s`.
export function formatSpan(millis: number): string {
  return formatDuration(millis * 1e6)
    .replace(/(\.\d*?)0+(?= )/, "$1")
    .replace(/\.(?= )/, "")
    .replace(/^(\d+) min$/, (text, minutes) =>
      Number(minutes) % 60 === 0 ? `${Number(minutes) / 60} h` : text,
    );
}

function shortest(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/// `41.2 %`, `0.31 %`, `<0.01 %`; 0 when the whole is 0.
export function formatShare(part: number, whole: number): string {
  const percent = whole > 0 ? (100 * part) / whole : 0;
  if (percent !== 0 && Math.abs(percent) < 0.01) return "<0.01 %";
  if (percent >= 99.95) return "100 %";
  return `${percent === 0 ? "0" : percent >= 10 ? percent.toFixed(1) : percent.toFixed(2)} %`;
}

/// A whole number with thin spaces between groups: `247 912`.
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/// How long ago, in words: `3 s ago`, `12 min ago`.
export function formatAge(millis: number): string {
  return millis < 1500
    ? "just now"
    : `${formatDuration(Math.round(millis / 1000) * 1e9).replace(/\.\d+/, "")} ago`;
}

function formatScaled(value: number, base: number, units: readonly string[]): string {
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= base * 0.99995 && unit < units.length - 1) {
    scaled /= base;
    unit++;
  }
  const digits = unit === 0 && Number.isInteger(scaled) ? String(scaled) : threeDigits(scaled);
  return `${digits} ${units[unit]}`;
}

/// Three significant digits without exponent: `0.0123`, `1.23`, `12.3`, `1234`.
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995) return value.toFixed(2);
  return size >= 1e-6 ? value.toPrecision(2) : String(Number(value.toPrecision(2)));
}
