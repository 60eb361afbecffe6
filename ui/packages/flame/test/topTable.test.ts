import assert from "node:assert/strict";
import { test } from "node:test";
import { functionValues } from "../src/topTable.ts";
import { drawTree } from "./draw.ts";

function valuesOf(text: string): Record<string, [self: number, total: number]> {
  const tree = drawTree(text);
  const { self, total } = functionValues(tree);
  return Object.fromEntries(tree.names.map((name, index) => [name, [self[index]!, total[index]!]]));
}

test("total_recursiveFunction_countsEachStackOnce", () => {
  assert.deepEqual(
    valuesOf(`
      main  1
        walk  2
          walk  3
            leaf  4
        walk2
          walk  5
    `),
    { total: [0, 15], main: [1, 15], walk: [10, 14], walk2: [0, 5], leaf: [4, 4] },
  );
});

test("total_mutualRecursion_countsEachStackOnce", () => {
  const values = valuesOf(`
    ping
      pong
        ping  2
          pong  7
  `);
  assert.deepEqual(values.ping, [2, 9]);
  assert.deepEqual(values.pong, [7, 9]);
});

test("self_ofAllFunctions_addsUpToTheTotal", () => {
  const tree = drawTree(`
    a  3
      b  4
        a  5
    c  6
  `);
  const { self } = functionValues(tree);
  assert.equal(
    self.reduce((sum, each) => sum + each, 0),
    tree.total,
  );
});
