import type { FrameNames } from "./frameNames.ts";
import { fitLabel, fitModule } from "./label.ts";
import { FOLDED, FRAME_INK, FRAME_INK_DIM, frameColours } from "./palette.ts";
import { NONE, type StackTree } from "./stackTree.ts";
import type { VisibleFrames } from "./visibleFrames.ts";

/// Colours around the frames; frame colours themselves are the same on every page.
export interface FlameTheme {
  readonly background: string;
  readonly muted: string;
  readonly mutedInk: string;
  /// Labels of frames above the zoom, which are drawn pale.
  readonly paleInk: string;
  readonly outline: string;
  readonly focus: string;
  readonly scrollbar: string;
}

/// Everything one drawing needs besides the tree. Pixels are CSS pixels.
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly rowHeight: number;
  /// Distance of the picture's top from the top of row 0 (icicle), or of its bottom from the bottom of row 0 (flame).
  readonly scroll: number;
  readonly rootOnTop: boolean;
  readonly contentHeight: number;
  /// Node zoomed to; its callers are drawn pale.
  readonly zoomNode: number;
  /// Functions that match the search, or null without a search.
  readonly matches: Uint8Array | null;
  /// Function outlined wherever it occurs, or [NONE].
  readonly markedName: number;
  readonly hoverNode: number;
  /// Function under the pointer, here or elsewhere on the page, or [NONE].
  readonly hoverName: number;
  readonly focusNode: number;
}

const FONT = '12px ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
const LABEL_FROM = 28;
const PADDING = 4;
const ROUND_FROM = 6;
const COLOURS = frameColours.length;

/// Draws visible frames on a canvas colour by colour, then labels. The character width is measured once.
export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly hatch: CanvasPattern | string;
  private characterWidth = 0;
  private order = new Int32Array(0);

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("canvas: no 2d context");
    this.context = context;
    this.hatch = createHatch(context);
  }

  draw(tree: StackTree, names: FrameNames, frames: VisibleFrames, picture: Picture, theme: FlameTheme): void {
    const { context } = this;
    this.fitCanvas(picture);
    context.setTransform(picture.pixelRatio, 0, 0, picture.pixelRatio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = theme.background;
    context.fillRect(0, 0, picture.width, picture.height);
    const zoomRow = picture.zoomNode === NONE ? 0 : tree.row[picture.zoomNode]!;
    const starts = this.sortByColour(tree, names, frames, picture, zoomRow);
    for (let batch = 0; batch < BATCHES; batch++) {
      const from = starts[batch]!;
      const to = starts[batch + 1]!;
      if (from === to) continue;
      context.globalAlpha = batch >= PALE && batch < MUTED ? 0.42 : 1;
      context.fillStyle = batch === MUTED ? theme.muted : frameColours[batch % COLOURS]!;
      this.fillBoxes(tree, frames, picture, from, to);
      if (batch % COLOURS !== FOLDED || batch === MUTED) continue;
      context.fillStyle = this.hatch;
      context.fill();
    }
    context.globalAlpha = 1;
    this.drawLabels(tree, names, frames, picture, theme, zoomRow);
    this.drawOutlines(tree, frames, picture, theme);
    this.drawScrollbar(picture, theme);
  }

  private fitCanvas({ width, height, pixelRatio }: Picture): void {
    const wantedWidth = Math.round(width * pixelRatio);
    const wantedHeight = Math.round(height * pixelRatio);
    if (this.canvas.width === wantedWidth && this.canvas.height === wantedHeight) return;
    this.canvas.width = wantedWidth;
    this.canvas.height = wantedHeight;
  }

  /// Counting sort of the visible frames into batches; answers where each batch starts in `this.order`.
  private sortByColour(
    tree: StackTree,
    names: FrameNames,
    frames: VisibleFrames,
    picture: Picture,
    zoomRow: number,
  ): Int32Array {
    const starts = new Int32Array(BATCHES + 1);
    if (this.order.length < frames.count) this.order = new Int32Array(frames.node.length);
    const batchOf = (visible: number) => {
      const node = frames.node[visible]!;
      const name = tree.name[node]!;
      if (picture.matches && picture.matches[name] === 0) return MUTED;
      return (tree.row[node]! < zoomRow ? PALE : 0) + names.colour[name]!;
    };
    for (let visible = 0; visible < frames.count; visible++) starts[batchOf(visible) + 1]!++;
    for (let batch = 0; batch < BATCHES; batch++) starts[batch + 1]! += starts[batch]!;
    const next = starts.slice();
    for (let visible = 0; visible < frames.count; visible++) this.order[next[batchOf(visible)]!++] = visible;
    return starts;
  }

  /// Wide boxes share one path; a path of thousands of slivers fills slower than as many rectangles.
  private fillBoxes(
    tree: StackTree,
    frames: VisibleFrames,
    picture: Picture,
    from: number,
    to: number,
  ): void {
    const { context, order } = this;
    const height = picture.rowHeight - 1;
    context.beginPath();
    for (let at = from; at < to; at++) {
      const visible = order[at]!;
      const x = frames.x[visible]!;
      const w = frames.w[visible]!;
      const y = rowTop(picture, tree.row[frames.node[visible]!]!);
      if (w >= ROUND_FROM) context.roundRect(x, y, w - 1, height, 2);
      else context.fillRect(x, y, w > 3 ? w - 1 : w, height);
    }
    context.fill();
  }

  private drawLabels(
    tree: StackTree,
    names: FrameNames,
    frames: VisibleFrames,
    picture: Picture,
    theme: FlameTheme,
    zoomRow: number,
  ): void {
    const { context } = this;
    context.font = FONT;
    context.textBaseline = "middle";
    this.characterWidth ||= context.measureText("MMMMMMMMMM").width / 10;
    const middle = (picture.rowHeight - 1) / 2 + 0.5;
    for (let visible = 0; visible < frames.count; visible++) {
      const w = frames.w[visible]!;
      if (w < LABEL_FROM) continue;
      const node = frames.node[visible]!;
      const nameIndex = tree.name[node]!;
      const name = names.at(nameIndex);
      const space = Math.floor((w - 1 - 2 * PADDING) / this.characterWidth);
      const label = fitLabel(name.label, space);
      if (label === "") continue;
      const muted = picture.matches !== null && picture.matches[nameIndex] === 0;
      const pale = tree.row[node]! < zoomRow;
      const x = frames.x[visible]! + PADDING;
      const y = rowTop(picture, tree.row[node]!) + middle;
      context.fillStyle = muted ? theme.mutedInk : pale ? theme.paleInk : FRAME_INK;
      context.fillText(label, x, y);
      const left = space - label.length - 1;
      if (name.module === "" || left < 4 || label !== name.label) continue;
      context.fillStyle = muted ? theme.mutedInk : pale ? theme.paleInk : FRAME_INK_DIM;
      const module = fitModule(name.module, left);
      context.fillText(module, x + (label.length + 1) * this.characterWidth, y);
    }
  }

  private drawOutlines(tree: StackTree, frames: VisibleFrames, picture: Picture, theme: FlameTheme): void {
    for (let visible = 0; visible < frames.count; visible++) {
      const node = frames.node[visible]!;
      const name = tree.name[node]!;
      if (name === picture.markedName && name !== NONE)
        this.outline(tree, frames, picture, visible, theme.focus, 2);
      else if (name === picture.hoverName)
        this.outline(
          tree,
          frames,
          picture,
          visible,
          theme.outline,
          node === picture.hoverNode || picture.hoverNode === NONE ? 2 : 1,
        );
      if (node === picture.focusNode) this.outline(tree, frames, picture, visible, theme.focus, 2);
    }
  }

  private outline(
    tree: StackTree,
    frames: VisibleFrames,
    picture: Picture,
    visible: number,
    colour: string,
    line: number,
  ): void {
    const { context } = this;
    const w = Math.max(2, frames.w[visible]! - 1);
    context.strokeStyle = colour;
    context.lineWidth = line;
    const inset = line / 2;
    const y = rowTop(picture, tree.row[frames.node[visible]!]!);
    context.strokeRect(
      frames.x[visible]! + inset,
      y + inset,
      Math.max(1, w - line),
      picture.rowHeight - 1 - line,
    );
  }

  private drawScrollbar(picture: Picture, theme: FlameTheme): void {
    if (picture.contentHeight <= picture.height) return;
    const thumb = Math.max(24, (picture.height * picture.height) / picture.contentHeight);
    const travel = picture.height - thumb;
    const part = picture.scroll / (picture.contentHeight - picture.height);
    this.context.fillStyle = theme.scrollbar;
    this.context.beginPath();
    this.context.roundRect(picture.width - 5, (picture.rootOnTop ? part : 1 - part) * travel, 4, thumb, 2);
    this.context.fill();
  }
}

/// Diagonal lines over frames that stand for many.
function createHatch(context: CanvasRenderingContext2D): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const lines = tile.getContext("2d")!;
  lines.strokeStyle = "rgb(20 22 27 / 16%)";
  lines.lineWidth = 1.5;
  lines.beginPath();
  for (const x of [-6, 0, 6]) {
    lines.moveTo(x, 6);
    lines.lineTo(x + 6, 0);
  }
  lines.stroke();
  return context.createPattern(tile, "repeat") ?? "transparent";
}

// Batches of one fill each: frames, frames above the zoom, frames outside the search.
const PALE = COLOURS;
const MUTED = 2 * COLOURS;
const BATCHES = 2 * COLOURS + 1;

/// Top edge of a row on the canvas.
export function rowTop(
  picture: Pick<Picture, "rootOnTop" | "rowHeight" | "scroll" | "height">,
  row: number,
): number {
  return picture.rootOnTop
    ? row * picture.rowHeight - picture.scroll
    : picture.height - (row + 1) * picture.rowHeight + picture.scroll;
}

/// Row under a vertical position on the canvas; may lie outside the tree.
export function rowUnder(
  picture: Pick<Picture, "rootOnTop" | "rowHeight" | "scroll" | "height">,
  y: number,
): number {
  return Math.floor(
    (picture.rootOnTop ? y + picture.scroll : picture.height - y + picture.scroll) / picture.rowHeight,
  );
}
