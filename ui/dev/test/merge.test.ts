import assert from "node:assert/strict";
import { test } from "node:test";
import { readDrawnProfile } from "../drawnProfile.ts";
import { mergeSamples } from "../merge.ts";

test("drawing_indentedLines_areStacks", () => {
  assert.deepEqual(
    readDrawnProfile(`
      main
        serve  2
          parse json  7
      idle  1
    `),
    [
      { stack: ["main", "serve"], value: 2 },
      { stack: ["main", "serve", "parse json"], value: 7 },
      { stack: ["idle"], value: 1 },
    ],
  );
});

test("drawing_indentThatSkipsALevel_isRefusedWithItsLine", () => {
  assert.throws(() => readDrawnProfile("a\n    b  1"), /line 2: indent 4/);
});

test("merge_threeStacks_encodesDistancesFromTheLeftNeighbour", () => {
  const { levels, names, total, maxSelf } = mergeSamples(
    readDrawnProfile(`
      a  2
        b  10
        c  5
    `),
  );
  assert.deepEqual(names, ["total", "a", "b", "c"]);
  assert.deepEqual(levels, [
    { values: ["0", "17", "0", "0"] },
    { values: ["0", "17", "2", "1"] },
    { values: ["2", "10", "10", "2", "0", "5", "5", "3"] },
  ]);
  assert.deepEqual([total, maxSelf], ["17", "10"]);
});

test("merge_moreNodesThanAsked_foldsTheSmallestIntoOther", () => {
  const { levels, names } = mergeSamples(
    readDrawnProfile(`
      a  1
      b  2
      c  30
      d  40
    `),
    2,
  );
  assert.deepEqual(names, ["total", "c", "d", "other"]);
  assert.deepEqual(levels[1], { values: ["0", "30", "30", "1", "0", "40", "40", "2", "0", "3", "3", "3"] });
});
