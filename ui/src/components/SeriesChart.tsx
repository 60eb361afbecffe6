import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { ChartSeries } from "../logic/series.ts";
import { formatDateTime } from "../logic/timeRange.ts";
import type { TimeZone } from "../types/selection.ts";
import { colourOfToken, themeVersion } from "./theme.ts";

const AXIS_FONT = '11px system-ui, "Segoe UI", Roboto, sans-serif';

/// Series over time; dragging across it selects a range. The legend shows the values under the pointer.
export function SeriesChart({
  data,
  timeZone,
  format,
  formatAxis,
  onSelectRange,
  onSelectTitle,
}: {
  data: ChartSeries;
  timeZone: TimeZone;
  format: (value: number) => string;
  formatAxis: (value: number) => string;
  onSelectRange: (startMillis: number, endMillis: number) => void;
  /// Called with a title of the legend; null when titles are not values of a label.
  onSelectTitle: ((title: string) => void) | null;
}) {
  const host = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const version = themeVersion.value;
  const latest = useRef({ formatAxis, onSelectRange });
  latest.current = { formatAxis, onSelectRange };

  useEffect(() => {
    const element = host.current!;
    const chart = new uPlot(
      chartOptions(data, element, timeZone, latest, setCursor),
      [data.times, ...data.values] as uPlot.AlignedData,
      element,
    );
    const resizing = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      chart.destroy();
    };
  }, [data, timeZone, version]);

  const at = cursor !== null && cursor < data.times.length ? cursor : null;
  const legendValue = (row: readonly (number | null)[]) => {
    const value = at === null ? mean(row) : row[at];
    return value === null || value === undefined ? "–" : format(value);
  };
  return (
    <div class="series">
      <div class="series-chart" ref={host} />
      <div class="series-legend">
        <span class="legend-time">
          {at !== null
            ? formatDateTime(data.times[at]! * 1000, timeZone)
            : onSelectTitle
              ? "Mean of the range"
              : "Drag across the chart to look at a shorter time"}
        </span>
        {(onSelectTitle !== null || at !== null) &&
          data.values.map((row, index) => {
            const title = data.titles[index]!;
            const content = (
              <>
                <span class={`swatch series-${index % 8}`} />
                {onSelectTitle && <span class="legend-title">{title}</span>}
                <span class="legend-value">{legendValue(row)}</span>
              </>
            );
            return onSelectTitle ? (
              <button
                key={title}
                type="button"
                class="legend-item"
                title={`Only ${title}`}
                onClick={() => onSelectTitle(title)}
              >
                {content}
              </button>
            ) : (
              <span key={title} class="legend-item">
                {content}
              </span>
            );
          })}
      </div>
    </div>
  );
}

function mean(row: readonly (number | null)[]): number | null {
  const present = row.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
}

function chartOptions(
  data: ChartSeries,
  element: HTMLElement,
  timeZone: TimeZone,
  latest: {
    current: { formatAxis: (value: number) => string; onSelectRange: (start: number, end: number) => void };
  },
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const ink = colourOfToken("--ink-3");
  const grid = colourOfToken("--line-1");
  const alone = data.values.length === 1;
  const axis: uPlot.Axis = {
    stroke: ink,
    font: AXIS_FONT,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 4 },
      points: { size: 6 },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    ...(timeZone === "utc"
      ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") }
      : {}),
    scales: { y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, space: 90, size: 24, values: (_chart, splits) => clockLabels(splits, timeZone) },
      {
        ...axis,
        space: 28,
        size: 72,
        values: (_chart, splits) => splits.map((value) => latest.current.formatAxis(value)),
      },
    ],
    series: [
      {},
      ...data.values.map((_, index): uPlot.Series => {
        const stroke = colourOfToken(alone ? "--accent-line" : `--series-${index % 8}`);
        return {
          stroke,
          width: 1.5,
          spanGaps: false,
          points: { size: 4, filter: () => isolatedPoints(data.values[index]!) },
          ...(alone ? { fill: stroke.replace(/^rgb\((.*)\)$/, "rgba($1, 0.16)") } : {}),
        };
      }),
    ],
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          const start = chart.posToVal(left, "x") * 1000;
          const end = chart.posToVal(left + width, "x") * 1000;
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current.onSelectRange(Math.round(start), Math.round(end));
        },
      ],
    },
  };
}

/// A point with gaps on both sides has no line; it is drawn as a dot.
function isolatedPoints(row: readonly (number | null)[]): number[] | null {
  const alone: number[] = [];
  for (let at = 0; at < row.length; at++) {
    if (row[at] !== null && (row[at - 1] ?? null) === null && (row[at + 1] ?? null) === null) alone.push(at);
  }
  return alone.length ? alone : null;
}

/// `13:05`, with the date where a new day begins.
function clockLabels(splits: readonly number[], timeZone: TimeZone): string[] {
  const zone: Intl.DateTimeFormatOptions = timeZone === "utc" ? { timeZone: "UTC" } : {};
  const day = new Intl.DateTimeFormat("en-GB", { ...zone, day: "numeric", month: "short" });
  const clock = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });
  const days = splits.length > 1 && splits[1]! - splits[0]! >= 86_400;
  let before = "";
  return splits.map((seconds) => {
    const today = day.format(seconds * 1000);
    const begins = before !== "" && today !== before;
    before = today;
    return days || begins ? today : clock.format(seconds * 1000);
  });
}
