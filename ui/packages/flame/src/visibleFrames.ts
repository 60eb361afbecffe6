import { firstEndingAfter, gallopEndingAfter, type StackTree } from "./stackTree.ts";

/// The part of a tree that is on screen: `left … left + span` in values, `firstRow … lastRow` inclusive.
export interface Viewport {
  readonly left: number;
  readonly span: number;
  readonly width: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/// Narrowest frame that gets its own mark, in CSS pixels; narrower neighbours share one.
export const MIN_WIDTH = 0.75;

/// Frames to draw, in columns that are reused from frame to frame: `node`, left edge `x` and width `w` in CSS pixels.
export class VisibleFrames {
  count = 0;
  node = new Int32Array(4096);
  x = new Float32Array(4096);
  w = new Float32Array(4096);

  /// **Hot path.** Work is bounded by the pixels of the viewport, not by the tree. Benchmark: `bench/flame.ts`, row "zoom".
  collect(tree: StackTree, viewport: Viewport): void {
    this.count = 0;
    const { left, span, width } = viewport;
    if (!(span > 0) || !(width > 0)) return;
    const { start, value, rowStart } = tree;
    const scale = width / span;
    const right = left + span;
    const lastRow = Math.min(viewport.lastRow, tree.rows - 1);
    for (let row = Math.max(0, viewport.firstRow); row <= lastRow; row++) {
      const rowEnd = rowStart[row + 1]!;
      let node = firstEndingAfter(tree, row, left);
      while (node < rowEnd && start[node]! < right) {
        const x0 = Math.max(0, (start[node]! - left) * scale);
        const w = Math.min(width, (start[node]! + value[node]! - left) * scale) - x0;
        if (w >= MIN_WIDTH) {
          this.push(node, x0, w);
          node++;
        } else {
          // A wide frame may show less than a mark at the right edge, hence always one further.
          this.push(node, x0, MIN_WIDTH);
          node = Math.max(node + 1, gallopEndingAfter(tree, node, rowEnd, left + (x0 + MIN_WIDTH) / scale));
        }
      }
    }
  }

  private push(node: number, x: number, w: number): void {
    if (this.count === this.node.length) this.grow();
    this.node[this.count] = node;
    this.x[this.count] = x;
    this.w[this.count] = w;
    this.count++;
  }

  private grow(): void {
    const size = this.node.length * 2;
    const [node, x, w] = [new Int32Array(size), new Float32Array(size), new Float32Array(size)];
    node.set(this.node);
    x.set(this.x);
    w.set(this.w);
    this.node = node;
    this.x = x;
    this.w = w;
  }
}
