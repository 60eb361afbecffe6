import assert from "node:assert/strict";
import { test } from "node:test";
import {
  childrenOf,
  decodeFlamebearer,
  firstEndingAfter,
  gallopEndingAfter,
  NONE,
  nodeAt,
  pathOf,
  rowsWithin,
} from "../src/stackTree.ts";
import { drawTree, nodeNamed, printRows } from "./draw.ts";

const drawn = `
  main  2
    parse  3
      read  5
    serve
      read  4
      write  6
  idle  1
`;

test("decode_drawnTree_placesSelfBeforeChildren", () => {
  assert.equal(
    printRows(drawTree(drawn)),
    ["total@0+21", "idle@0+1 main@1+20", "parse@3+8 serve@11+10", "read@6+5 read@11+4 write@15+6"].join("\n"),
  );
});

test("decode_drawnTree_linksEveryNodeToItsCaller", () => {
  const tree = drawTree(drawn);
  for (let node = 1; node < tree.count; node++) {
    const caller = tree.parent[node]!;
    assert.equal(tree.row[caller], tree.row[node]! - 1);
    assert.ok(tree.start[caller]! <= tree.start[node]!);
    assert.ok(tree.start[caller]! + tree.value[caller]! >= tree.start[node]! + tree.value[node]!);
  }
  assert.equal(tree.parent[0], NONE);
});

test("decode_numbersAndDecimalStrings_giveTheSameTree", () => {
  const names = ["total", "a", "b"];
  const asText = decodeFlamebearer({
    names,
    levels: [{ values: ["0", "17", "0", "0"] }, { values: ["0", "10", "10", "1", "2", "5", "5", "2"] }],
  });
  const asNumbers = decodeFlamebearer({
    names,
    levels: [{ values: [0, 17, 0, 0] }, { values: [0, 10, 10, 1, 2, 5, 5, 2] }],
  });
  assert.equal(printRows(asText), "total@0+17\na@0+10 b@12+5");
  assert.equal(printRows(asNumbers), printRows(asText));
});

test("decode_emptyAnswer_isARootWithoutValue", () => {
  const tree = decodeFlamebearer({});
  assert.deepEqual([tree.count, tree.total, tree.names[0]], [1, 0, "total"]);
});

test("decode_rowCutShort_isRefusedWithItsLength", () => {
  assert.throws(
    () => decodeFlamebearer({ names: ["total"], levels: [{ values: [0, 1, 2] }] }),
    /row 0: 3 numbers/,
  );
});

test("decode_unknownFunction_isRefusedWithTheRange", () => {
  assert.throws(
    () => decodeFlamebearer({ names: ["total"], levels: [{ values: [0, 1, 1, 7] }] }),
    /function 7 \(expected: 0 to 0\)/,
  );
});

test("decode_sumsBeyondThirtyTwoBits_stayExact", () => {
  const total = 2 ** 52 + 1;
  assert.equal(
    decodeFlamebearer({ names: ["total"], levels: [{ values: ["0", String(total), "0", "0"] }] }).total,
    total,
  );
});

test("nodeAt_eachPosition_agreesWithAScan", () => {
  const tree = drawTree(drawn);
  for (let row = 0; row < tree.rows; row++) {
    for (let position = 0.5; position < tree.total; position++) {
      let expected = NONE;
      for (let node = tree.rowStart[row]!; node < tree.rowStart[row + 1]!; node++) {
        if (tree.start[node]! <= position && position < tree.start[node]! + tree.value[node]!)
          expected = node;
      }
      assert.equal(nodeAt(tree, row, position), expected);
    }
  }
});

test("gallop_anyStart_findsWhatBinarySearchFinds", () => {
  const tree = drawTree(drawn);
  for (let row = 0; row < tree.rows; row++) {
    const end = tree.rowStart[row + 1]!;
    for (let position = -1; position <= tree.total; position += 0.5) {
      const expected = firstEndingAfter(tree, row, position);
      for (let from = tree.rowStart[row]!; from <= Math.min(expected, end - 1); from++) {
        assert.equal(gallopEndingAfter(tree, from, end, position), expected);
      }
    }
  }
});

test("children_ofEveryNode_areThoseWithThatCaller", () => {
  const tree = drawTree(drawn);
  for (let node = 0; node < tree.count; node++) {
    const { from, to } = childrenOf(tree, node);
    const listed = Array.from({ length: to - from }, (_, index) => from + index);
    assert.deepEqual(
      listed,
      [...tree.parent.keys()].filter((child) => tree.parent[child] === node),
    );
  }
});

test("path_ofALeaf_startsBelowTheRoot", () => {
  const tree = drawTree(drawn);
  assert.deepEqual(
    pathOf(tree, nodeNamed(tree, "write")).map((name) => tree.names[name]),
    ["main", "serve", "write"],
  );
});

test("rowsWithin_narrowRange_countsOnlyWhatIsUnderIt", () => {
  const tree = drawTree(drawn);
  assert.equal(rowsWithin(tree, 0, 1), 2);
  assert.equal(rowsWithin(tree, 0, 21), 4);
});
