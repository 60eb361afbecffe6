import assert from "node:assert/strict";
import { test } from "node:test";
import { MIN_WIDTH, VisibleFrames } from "../src/visibleFrames.ts";
import { drawTree } from "./draw.ts";

function visible(text: string, viewport: { left: number; span: number; width: number }): string[] {
  const tree = drawTree(text);
  const frames = new VisibleFrames();
  frames.collect(tree, { ...viewport, firstRow: 0, lastRow: 9 });
  return Array.from({ length: frames.count }, (_, at) => {
    return `${tree.names[tree.name[frames.node[at]!]!]} ${frames.x[at]} ${frames.w[at]}`;
  });
}

test("visible_wholeTree_isScaledToTheWidth", () => {
  const drawn = `
    a  10
      b  30
    c  60
  `;
  assert.deepEqual(visible(drawn, { left: 0, span: 100, width: 200 }), [
    "total 0 200",
    "a 0 80",
    "c 80 120",
    "b 20 60",
  ]);
});

test("visible_zoomedRange_clipsWhatReachesBeyond", () => {
  const drawn = `
    a  10
      b  30
    c  60
  `;
  assert.deepEqual(visible(drawn, { left: 10, span: 30, width: 300 }), ["total 0 300", "a 0 300", "b 0 300"]);
});

test("visible_slivers_shareOneMarkPerPixel", () => {
  const drawn = Array.from({ length: 1000 }, (_, index) => `f${String(index).padStart(4, "0")}  1`).join(
    "\n",
  );
  const marks = visible(drawn, { left: 0, span: 1000, width: 30 }).slice(1);
  assert.ok(marks.length <= 30 / MIN_WIDTH + 1, String(marks.length));
  assert.ok(marks.length >= 30 / (2 * MIN_WIDTH), String(marks.length));
});

test("visible_wideFrameAtTheRightEdge_isDrawnOnce", () => {
  const drawn = `
    a  1000
    b  1000
  `;
  assert.deepEqual(
    visible(drawn, { left: 0, span: 1000.5, width: 100 }).map((line) => line.split(" ")[0]),
    ["total", "a", "b"],
  );
});
