import assert from "node:assert/strict";
import { test } from "node:test";
import { fitLabel, fitModule } from "../src/label.ts";

test("label_lessAndLessSpace_keepsWhatTellsItApart", () => {
  const drawn = [17, 16, 12, 9, 7, 4, 3, 2].map((space) => fitLabel("dedupe_population", space));
  assert.deepEqual(drawn, [
    "dedupe_population",
    "d_population",
    "d_population",
    "d_popula…",
    "d_popu…",
    "d_p",
    "d_p",
    "",
  ]);
});

test("label_camelCase_isCutAtWords", () => {
  assert.deepEqual(
    [16, 15, 8, 3].map((space) => fitLabel("HttpServerWorker", space)),
    ["HttpServerWorker", "HServerWorker", "HSWorker", "HSW"],
  );
});

test("label_anySpace_neverGrowsBeyondIt", () => {
  for (const label of [
    "evaluate_fitness",
    "Strategy.signals",
    "x",
    "__call__",
    "<module>",
    "(anonymous)",
    "a_b_c_d_e",
    "$$",
  ]) {
    for (let space = 0; space < 20; space++)
      assert.ok(fitLabel(label, space).length <= space, `${label} in ${space}`);
  }
});

test("module_lessSpace_losesItsFirstSegments", () => {
  assert.deepEqual(
    [30, 12, 5].map((space) => fitModule("app.strategy.indicators", space)),
    ["app.strategy.indicators", "indicators", ""],
  );
});
