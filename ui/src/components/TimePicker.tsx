import { useState } from "preact/hooks";
import { describeRange, formatDateTime, parseDateTime, parseTime, presets } from "../logic/timeRange.ts";
import type { TimeRange, TimeZone } from "../types/selection.ts";
import { Icon } from "./Icon.tsx";
import { Popup } from "./Popup.tsx";

/// The range of time a page shows: presets, both ends as text, and the zone times are written in.
export function TimePicker({
  from,
  to,
  range,
  timeZone,
  onChange,
  onShift,
  onZone,
}: {
  from: string;
  to: string;
  range: TimeRange | null;
  timeZone: TimeZone;
  onChange: (from: string, to: string) => void;
  onShift: (direction: -1 | 1) => void;
  onZone: (zone: TimeZone) => void;
}) {
  const [open, setOpen] = useState(false);
  const choose = (nextFrom: string, nextTo: string) => {
    setOpen(false);
    onChange(nextFrom, nextTo);
  };
  const title = describeRange(from, to, range, timeZone);
  return (
    <div class="joined">
      <button
        type="button"
        class="button button-icon"
        aria-label="Earlier"
        title="Earlier ( [ )"
        onClick={() => onShift(-1)}
      >
        <Icon name="left" />
      </button>
      <div class="popup-host">
        <button
          type="button"
          class="button time-button"
          aria-haspopup="dialog"
          aria-expanded={open}
          aria-label={`Time range: ${title}`}
          onClick={() => setOpen(!open)}
        >
          <Icon name="clock" />
          {title}
        </button>
        {open && (
          <Popup label="Time range" onClose={() => setOpen(false)}>
            <div class="time-popup">
              <AbsoluteRange
                from={from}
                to={to}
                range={range}
                timeZone={timeZone}
                onApply={choose}
                onZone={onZone}
              />
              <div class="time-presets">
                {presets.map((preset) => (
                  <button
                    key={preset.from}
                    type="button"
                    class="option time-preset"
                    aria-pressed={preset.from === from && to === "now"}
                    onClick={() => choose(preset.from, "now")}
                  >
                    {preset.title}
                  </button>
                ))}
              </div>
            </div>
          </Popup>
        )}
      </div>
      <button
        type="button"
        class="button button-icon"
        aria-label="Later"
        title="Later ( ] )"
        onClick={() => onShift(1)}
      >
        <Icon name="right" />
      </button>
    </div>
  );
}

function AbsoluteRange({
  from,
  to,
  range,
  timeZone,
  onApply,
  onZone,
}: {
  from: string;
  to: string;
  range: TimeRange | null;
  timeZone: TimeZone;
  onApply: (from: string, to: string) => void;
  onZone: (zone: TimeZone) => void;
}) {
  const shown = (text: string, millis: number | undefined) =>
    text.startsWith("now") || millis === undefined ? text : formatDateTime(millis, timeZone);
  const [fromText, setFrom] = useState(shown(from, range?.startMillis));
  const [toText, setTo] = useState(shown(to, range?.endMillis));
  const read = (text: string) => {
    const date = parseDateTime(text, timeZone);
    if (date !== null) return String(date);
    return parseTime(text.trim(), Date.now()) === null ? null : text.trim();
  };
  const nextFrom = read(fromText);
  const nextTo = read(toText);
  const valid =
    nextFrom !== null && nextTo !== null && parseTime(nextFrom, Date.now())! < parseTime(nextTo, Date.now())!;
  return (
    <form
      class="time-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onApply(nextFrom, nextTo);
      }}
    >
      <label class="form-row">
        From
        <input
          class="field"
          value={fromText}
          aria-invalid={nextFrom === null}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label class="form-row">
        To
        <input
          class="field"
          value={toText}
          aria-invalid={nextTo === null}
          onInput={(event) => setTo(event.currentTarget.value)}
        />
      </label>
      <p class="form-hint">now-90m, or 2026-11-24 13:05</p>
      <div class="form-foot">
        <button type="submit" class="button button-strong" disabled={!valid}>
          Apply
        </button>
        {range && (
          <button
            type="button"
            class="button"
            onClick={() => onApply(String(range.startMillis), String(range.endMillis))}
          >
            Freeze
          </button>
        )}
      </div>
      <div class="segments" role="group" aria-label="Time zone">
        {(["local", "utc"] as const).map((zone) => (
          <button
            key={zone}
            type="button"
            class="segment"
            aria-pressed={zone === timeZone}
            onClick={() => onZone(zone)}
          >
            {zone === "utc" ? "UTC" : "Local time"}
          </button>
        ))}
      </div>
    </form>
  );
}
