import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alignedRange,
  formatDateTime,
  parseDateTime,
  parseTime,
  presets,
  relativeStart,
  resolveRange,
  shiftRange,
  stepSeconds,
} from "../logic/timeRange.ts";

const now = Date.UTC(2026, 10, 24, 13, 5, 9);

for (const [text, millis] of [
  ["now", now],
  ["now-5m", now - 300_000],
  ["now-1h30m", now - 5_400_000],
  ["now-30d", now - 2_592_000_000],
  ["1795525509000", 1_795_525_509_000],
  ["2026-11-24T13:05:09Z", now],
  ["now+1h", null],
  ["now1h", null],
  ["yesterday", null],
  ["", null],
  ["12", null],
] as const) {
  test(`time_${text || "empty"}_reads`, () => assert.equal(parseTime(text, now), millis));
}

test("range_endBeforeStart_isNone", () => {
  assert.equal(resolveRange("now", "now-1h", now), null);
  assert.equal(resolveRange("now", "now", now), null);
});

test("step_everyPreset_drawsAtMostTwoHundredPoints", () => {
  for (const { from } of presets) {
    const range = resolveRange(from, "now", now)!;
    const points = (range.endMillis - range.startMillis) / 1000 / stepSeconds(range);
    assert.ok(points <= 200 && points >= 30, `${from}: ${points}`);
  }
});

test("aligned_anyRange_coversItWithWholeSteps", () => {
  const range = { startMillis: now - 3_600_000 + 137, endMillis: now + 61 };
  const { startMillis, endMillis } = alignedRange(range, 30);
  assert.equal(startMillis % 30_000, 0);
  assert.equal(endMillis % 30_000, 0);
  assert.ok(startMillis - 30_000 <= range.startMillis && endMillis >= range.endMillis);
});

test("shift_thereAndBack_isTheSame", () => {
  const range = { startMillis: 100, endMillis: 250 };
  assert.deepEqual(shiftRange(range, 1), { startMillis: 250, endMillis: 400 });
  assert.deepEqual(shiftRange(shiftRange(range, 1), -1), range);
});

test("relativeStart_anyLength_isTheLargestWholeUnit", () => {
  const starts = [5_400, 3_600, 172_800, 61].map((seconds) =>
    relativeStart({ startMillis: 0, endMillis: seconds * 1000 }),
  );
  assert.deepEqual(starts, ["now-90m", "now-1h", "now-2d", "now-61s"]);
});

test("dateTime_bothZones_comeBack", () => {
  for (const zone of ["utc", "local"] as const)
    assert.equal(parseDateTime(formatDateTime(now, zone), zone), now);
  assert.equal(formatDateTime(now, "utc"), "2026-11-24 13:05:09");
  assert.equal(parseDateTime("24.11.2026", "utc"), null);
});
