import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
  formatSpan,
  formatValue,
} from "../logic/format.ts";
import { readProfileType } from "../logic/profileType.ts";
import { unitSentence } from "../logic/sentence.ts";

for (const [nanos, text] of [
  [0, "0 s"],
  [15, "15.0 ns"],
  [999_960_000, "1.00 s"],
  [12_400_000, "12.4 ms"],
  [61e9, "61.0 s"],
  [2478e9, "41.3 min"],
  [4.58 * 3600e9, "4.58 h"],
  [3.1 * 86_400e9, "3.10 d"],
] as const) {
  test(`duration_${nanos}_is_${text}`, () => assert.equal(formatDuration(nanos), text));
}

for (const [value, measure, text] of [
  [1023, "bytes", "1023 B"],
  [1024 ** 3 * 1.2, "bytes", "1.20 GiB"],
  [12_400, "count", "12.4 k"],
  [7, "count", "7"],
] as const) {
  test(`value_${value}_${measure}_is_${text}`, () => assert.equal(formatValue(value, measure), text));
}

for (const [part, text] of [
  [0, "0 %"],
  [0.00001, "<0.01 %"],
  [0.0031, "0.31 %"],
  [0.4123, "41.2 %"],
  [0.9999, "100 %"],
  [1, "100 %"],
] as const) {
  test(`share_${part}_is_${text}`, () => assert.equal(formatShare(part, 1), text));
}

for (const [millis, text] of [
  [3_600_000, "1 h"],
  [600_000, "10 min"],
  [5_400_000, "90 min"],
  [15_000, "15 s"],
  [2_592_000_000, "30 d"],
] as const) {
  test(`span_${millis}_is_${text}`, () => assert.equal(formatSpan(millis), text));
}

test("count_large_isGrouped", () => assert.equal(formatCount(247_912), "247\u202f912"));

const range = { startMillis: 0, endMillis: 600_000 };

for (const [id, total, sentence, rate] of [
  [
    "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
    2478e9,
    "Width = CPU time. Total 41.3 core-min in 10 min, about 4.13 cores.",
    "4.13 cores",
  ],
  [
    "wall:wall:nanoseconds:wall:nanoseconds",
    1200e9,
    "Width = elapsed time. Total 20.0 min in 10 min, on average 2.00 at a time.",
    "2.00 at a time",
  ],
  [
    "memory:alloc_space:bytes:space:bytes",
    600 * 1024 ** 2,
    "Width = memory allocated. Total 600 MiB in 10 min, 1.00 MiB/s.",
    "1.00 MiB/s",
  ],
  [
    "memory:inuse_space:bytes:space:bytes",
    1024 ** 3,
    "Width = memory in use, added over all snapshots of 10 min. Sum 1.00 GiB.",
    "1.71 MiB",
  ],
  [
    "mutex:contentions:count:contentions:count",
    1200,
    "Width = lock contentions. Total 1.20 k in 10 min, 2/s.",
    "2/s",
  ],
] as const) {
  test(`sentence_${id}_saysWhatTheWidthIs`, () => {
    assert.equal(unitSentence(readProfileType(id), total, range), sentence);
    assert.equal(formatRate(total / 600, readProfileType(id)), rate);
  });
}
