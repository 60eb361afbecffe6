import { FrameNames } from "./frameNames.ts";
import { FrameTree, type FrameTreeItem, MAX_ITEMS } from "./frameTree.ts";
import { type FlameTheme, Painter, type Picture, rowTop, rowUnder } from "./painter.ts";
import { childrenOf, NONE, nodeAt, rowsWithin, type StackTree } from "./stackTree.ts";
import { VisibleFrames } from "./visibleFrames.ts";

/// What the graph tells its page. Nodes are those of the tree last shown.
export interface FlameGraphEvents {
  /// The user asked to zoom to a node; the page answers with [FlameGraph.zoomTo].
  onZoom(node: number): void;
  /// The pointer or the keyboard is on another frame, or on none ([NONE]). `x`, `y` are page coordinates.
  onHover(node: number, x: number, y: number): void;
}

const ANIMATION_MILLIS = 140;
const CLICK_SLACK = 4;
const ROWS_ABOVE_ZOOM = 3;

/// A flame graph on a canvas inside `host`, with keyboard, pointer and assistive technology.
///
/// It draws only when something changed, at most once per animation frame. It owns what is on screen (range,
/// scroll, hover, keyboard focus); the page owns what is asked (tree, zoomed node, matches, marked function, theme).
export class FlameGraph {
  private readonly canvas = document.createElement("canvas");
  private readonly painter: Painter;
  private readonly frames = new VisibleFrames();
  private readonly frameTree: FrameTree;
  private readonly resizing: ResizeObserver;
  private readonly stopListening = new AbortController();

  private tree: StackTree | null = null;
  private names = new FrameNames([]);
  private theme: FlameTheme;
  private width = 0;
  private height = 0;
  private left = 0;
  private span = 1;
  private scroll = 0;
  private zoomNode = 0;
  private matches: Uint8Array | null = null;
  private markedName = NONE;
  private hintedName = NONE;
  private hoverNode = NONE;
  private focusNode = NONE;
  private keyboardFocus = false;
  private focusFromPointer = false;
  private rootOnTop = true;
  private rowHeight = 18;
  private contentRows = 0;

  private frameRequest = 0;
  private treeTimer = 0;
  private animation: {
    from: [number, number, number];
    to: [number, number, number];
    startMillis: number;
  } | null = null;
  private drag: { x: number; y: number; left: number; scroll: number; moved: boolean } | null = null;

  constructor(
    private readonly host: HTMLElement,
    theme: FlameTheme,
    private readonly events: FlameGraphEvents,
    private readonly describe: (tree: StackTree, names: FrameNames, node: number) => string,
  ) {
    this.theme = theme;
    this.canvas.className = "flame-canvas";
    this.canvas.setAttribute("aria-hidden", "true");
    host.append(this.canvas);
    this.painter = new Painter(this.canvas);
    this.frameTree = new FrameTree(host, "Flame graph: arrow keys move, Enter zooms, Escape goes up");
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(host);
    this.listen();
    this.resize();
  }

  destroy(): void {
    this.resizing.disconnect();
    this.stopListening.abort();
    cancelAnimationFrame(this.frameRequest);
    clearTimeout(this.treeTimer);
    this.host.replaceChildren();
  }

  /// Shows another tree, zoomed to `zoomNode`, without animation.
  show(tree: StackTree, names: FrameNames, zoomNode: number): void {
    this.tree = tree;
    this.names = names;
    this.hoverNode = NONE;
    this.hintedName = NONE;
    this.focusNode = NONE;
    this.animation = null;
    this.zoomNode = zoomNode;
    const [left, span, scroll] = this.targetOf(zoomNode);
    this.left = left;
    this.span = span;
    this.scroll = scroll;
    this.invalidate();
  }

  /// Shows newer data of the same question: what the user scrolled and widened by hand stays where it was.
  update(tree: StackTree, names: FrameNames, zoomNode: number): void {
    const before = this.tree;
    if (!before || before.total === 0) {
      this.show(tree, names, zoomNode);
      return;
    }
    const [beforeLeft, beforeSpan] = this.targetOf(this.zoomNode);
    const atZoom = this.left === beforeLeft && this.span === beforeSpan && !this.animation;
    const growth = tree.total / before.total;
    const [left, span, scroll] = [this.left * growth, this.span * growth, this.scroll];
    this.show(tree, names, zoomNode);
    this.scroll = scroll;
    if (atZoom) return;
    this.left = left;
    this.span = span;
  }

  zoomTo(node: number): void {
    if (!this.tree || node === this.zoomNode) return;
    this.zoomNode = node;
    this.startAnimation(this.targetOf(node));
  }

  showMatches(mask: Uint8Array | null): void {
    this.matches = mask;
    this.invalidate();
  }

  markFunction(nameIndex: number): void {
    this.markedName = nameIndex;
    this.invalidate();
  }

  /// Outlines a function thinly, as if the pointer were on one of its frames; [NONE] for none.
  hintFunction(nameIndex: number): void {
    if (this.hintedName === nameIndex) return;
    this.hintedName = nameIndex;
    this.invalidate();
  }

  setTheme(theme: FlameTheme): void {
    this.theme = theme;
    this.invalidate();
  }

  setRootOnTop(rootOnTop: boolean): void {
    if (this.rootOnTop === rootOnTop) return;
    this.rootOnTop = rootOnTop;
    this.invalidate();
  }

  setRowHeight(rowHeight: number): void {
    if (this.rowHeight === rowHeight) return;
    this.scroll *= rowHeight / this.rowHeight;
    this.rowHeight = rowHeight;
    this.invalidate();
  }

  /// Moves the keyboard focus to a node and brings it on screen.
  focusFrame(node: number): void {
    const tree = this.tree;
    if (!tree || node === NONE) return;
    this.focusNode = node;
    this.showKeyboardFocus(true);
    const top = rowTop(this.picture(), tree.row[node]!);
    if (top < 0 || top + this.rowHeight > this.height) {
      const row = tree.row[node]! * this.rowHeight;
      this.scroll = this.clampScroll(row - this.height / 2);
    }
    const right = tree.start[node]! + tree.value[node]!;
    if (tree.start[node]! >= this.left + this.span || right <= this.left) {
      this.left = this.clampLeft(tree.start[node]! + tree.value[node]! / 2 - this.span / 2);
    }
    this.frameTree.focusOn(node);
    const box = this.canvas.getBoundingClientRect();
    const x = ((tree.start[node]! + tree.value[node]! / 2 - this.left) / this.span) * this.width;
    const y = rowTop(this.picture(), tree.row[node]!) + this.rowHeight;
    this.events.onHover(node, box.left + Math.max(0, Math.min(this.width, x)), box.top + y);
    this.invalidate();
  }

  /// Draws at once instead of in the next animation frame; answers false when there is nothing to draw yet.
  drawNow(): boolean {
    const tree = this.tree;
    if (!tree || this.width <= 0 || this.height <= 0) return false;
    this.advanceAnimation();
    this.contentRows = rowsWithin(tree, this.left, this.left + this.span);
    this.scroll = this.clampScroll(this.scroll);
    const picture = this.picture();
    const [a, b] = [rowUnder(picture, 0), rowUnder(picture, this.height)];
    const firstRow = Math.max(0, Math.min(a, b));
    const lastRow = Math.max(a, b);
    this.frames.collect(tree, { left: this.left, span: this.span, width: this.width, firstRow, lastRow });
    this.painter.draw(tree, this.names, this.frames, picture, this.theme);
    return true;
  }

  /// Node under a point of the canvas, or [NONE].
  hit(x: number, y: number): number {
    if (!this.tree) return NONE;
    return nodeAt(this.tree, rowUnder(this.picture(), y), this.left + (x / this.width) * this.span);
  }

  private picture(): Picture {
    return {
      width: this.width,
      height: this.height,
      pixelRatio: window.devicePixelRatio || 1,
      rowHeight: this.rowHeight,
      scroll: this.scroll,
      rootOnTop: this.rootOnTop,
      contentHeight: this.contentRows * this.rowHeight,
      zoomNode: this.zoomNode,
      matches: this.matches,
      markedName: this.markedName,
      hoverNode: this.hoverNode,
      hoverName: this.hoverNode === NONE || !this.tree ? this.hintedName : this.tree.name[this.hoverNode]!,
      focusNode: this.keyboardFocus ? this.focusNode : NONE,
    };
  }

  private resize(): void {
    this.width = this.host.clientWidth;
    this.height = this.host.clientHeight;
    this.drawNow();
  }

  private invalidate(): void {
    this.frameRequest ||= requestAnimationFrame(() => {
      this.frameRequest = 0;
      this.drawNow();
      if (this.animation) this.invalidate();
    });
    clearTimeout(this.treeTimer);
    this.treeTimer = window.setTimeout(() => this.showItems(), 200);
  }

  private targetOf(node: number): [left: number, span: number, scroll: number] {
    const tree = this.tree!;
    const left = tree.start[node] ?? 0;
    const span = Math.max(tree.value[node] ?? 0, Number.MIN_VALUE);
    const row = tree.row[node] ?? 0;
    const scroll = row <= ROWS_ABOVE_ZOOM ? 0 : (row - ROWS_ABOVE_ZOOM) * this.rowHeight;
    const overflow = rowsWithin(tree, left, left + span) * this.rowHeight - this.height;
    return [left, span, Math.max(0, Math.min(scroll, overflow))];
  }

  private startAnimation(to: [number, number, number]): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      [this.left, this.span, this.scroll] = to;
    } else {
      this.animation = { from: [this.left, this.span, this.scroll], to, startMillis: performance.now() };
    }
    this.invalidate();
  }

  private advanceAnimation(): void {
    if (!this.animation) return;
    const { from, to, startMillis } = this.animation;
    const time = Math.min(1, (performance.now() - startMillis) / ANIMATION_MILLIS);
    const eased = 1 - (1 - time) ** 3;
    const between = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * eased;
    this.left = between(0);
    this.span = between(1);
    this.scroll = between(2);
    if (time === 1) {
      [this.left, this.span, this.scroll] = to;
      this.animation = null;
    }
  }

  private clampScroll(scroll: number): number {
    return Math.max(0, Math.min(scroll, this.contentRows * this.rowHeight - this.height));
  }

  private clampLeft(left: number): number {
    return Math.max(0, Math.min(left, (this.tree?.total ?? 0) - this.span));
  }

  private listen(): void {
    const options = { signal: this.stopListening.signal };
    const { host } = this;
    host.addEventListener("pointerdown", (event) => this.pointerDown(event), options);
    host.addEventListener("pointermove", (event) => this.pointerMove(event), options);
    host.addEventListener("pointerup", (event) => this.pointerUp(event), options);
    host.addEventListener("pointercancel", () => this.endDrag(), options);
    host.addEventListener("pointerleave", () => this.hover(NONE, 0, 0), options);
    host.addEventListener("wheel", (event) => this.wheel(event), { ...options, passive: false });
    const keys = this.frameTree.element;
    keys.addEventListener("keydown", (event) => this.keyDown(event), options);
    keys.addEventListener("focus", () => this.takeFocus(), options);
    keys.addEventListener("blur", () => this.loseFocus(), options);
  }

  private position(event: MouseEvent): [x: number, y: number] {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private pointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.drag = { x: event.clientX, y: event.clientY, left: this.left, scroll: this.scroll, moved: false };
  }

  private pointerMove(event: PointerEvent): void {
    if (!this.drag) {
      const [x, y] = this.position(event);
      this.hover(this.hit(x, y), event.clientX, event.clientY);
      return;
    }
    const dx = event.clientX - this.drag.x;
    const dy = event.clientY - this.drag.y;
    if (!this.drag.moved && Math.hypot(dx, dy) < CLICK_SLACK) return;
    if (!this.drag.moved) {
      this.drag.moved = true;
      this.host.setPointerCapture(event.pointerId);
      this.hover(NONE, 0, 0);
    }
    this.animation = null;
    this.left = this.clampLeft(this.drag.left - (dx / this.width) * this.span);
    this.scroll = this.clampScroll(this.drag.scroll + (this.rootOnTop ? -dy : dy));
    this.invalidate();
  }

  private pointerUp(event: PointerEvent): void {
    const drag = this.drag;
    this.endDrag();
    if (!drag || drag.moved || event.button !== 0) return;
    this.focusFromPointer = true;
    this.frameTree.element.focus({ preventScroll: true });
    this.focusFromPointer = false;
    this.showKeyboardFocus(false);
    const [x, y] = this.position(event);
    const node = this.hit(x, y);
    if (node === NONE) this.zoomUp();
    else {
      this.focusNode = node;
      this.events.onZoom(node);
    }
  }

  private endDrag(): void {
    this.drag = null;
  }

  private wheel(event: WheelEvent): void {
    const tree = this.tree;
    if (!tree) return;
    const unit = event.deltaMode === 1 ? this.rowHeight : 1;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.animation = null;
      const [x] = this.position(event);
      const anchor = this.left + (x / this.width) * this.span;
      const span = Math.max(
        tree.total * 1e-9,
        Math.min(tree.total, this.span * Math.exp(event.deltaY * unit * 0.002)),
      );
      this.left = anchor - ((anchor - this.left) / this.span) * span;
      this.span = span;
      this.left = this.clampLeft(this.left);
      this.invalidate();
      return;
    }
    const scroll = this.clampScroll(this.scroll + (this.rootOnTop ? 1 : -1) * event.deltaY * unit);
    const left = this.clampLeft(this.left + ((event.deltaX * unit) / this.width) * this.span);
    if (scroll === this.scroll && left === this.left) return;
    event.preventDefault();
    this.animation = null;
    this.scroll = scroll;
    this.left = left;
    this.invalidate();
  }

  private hover(node: number, x: number, y: number): void {
    const changed = node !== this.hoverNode;
    this.hoverNode = node;
    this.host.classList.toggle("flame-pointing", node !== NONE);
    if (changed) this.invalidate();
    if (changed || node !== NONE) this.events.onHover(node, x, y);
  }

  private zoomUp(): void {
    const tree = this.tree;
    if (!tree || this.zoomNode === 0) return;
    this.events.onZoom(Math.max(0, tree.parent[this.zoomNode]!));
  }

  private takeFocus(): void {
    if (this.focusNode === NONE) this.focusNode = this.zoomNode;
    this.showKeyboardFocus(!this.focusFromPointer);
    this.frameTree.focusOn(this.focusNode);
  }

  private loseFocus(): void {
    this.showKeyboardFocus(false);
    this.events.onHover(NONE, 0, 0);
  }

  private showKeyboardFocus(shown: boolean): void {
    this.keyboardFocus = shown;
    this.host.classList.toggle("flame-focused", shown);
    this.invalidate();
  }

  private keyDown(event: KeyboardEvent): void {
    const tree = this.tree;
    if (!tree || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = this.focusNode === NONE ? this.zoomNode : this.focusNode;
    const target = this.moveFocus(tree, node, event.key);
    if (target !== null) {
      event.preventDefault();
      if (target !== NONE) this.focusFrame(target);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.events.onZoom(node);
    }
  }

  /// Node an arrow key leads to, [NONE] at an edge, null for any other key.
  private moveFocus(tree: StackTree, node: number, key: string): number | null {
    const deeper = this.rootOnTop ? "ArrowDown" : "ArrowUp";
    const shallower = this.rootOnTop ? "ArrowUp" : "ArrowDown";
    const row = tree.row[node]!;
    switch (key) {
      case deeper:
        return widestChild(tree, node);
      case shallower:
        return tree.parent[node]!;
      case "ArrowLeft":
        return node > tree.rowStart[row]! ? node - 1 : NONE;
      case "ArrowRight":
        return node + 1 < tree.rowStart[row + 1]! ? node + 1 : NONE;
      default:
        return null;
    }
  }

  private showItems(): void {
    const tree = this.tree;
    if (!tree) return;
    const visible = Array.from({ length: this.frames.count }, (_, index) => index);
    if (visible.length > MAX_ITEMS) {
      visible.sort((a, b) => this.frames.w[b]! - this.frames.w[a]!);
      visible.length = MAX_ITEMS;
      visible.sort((a, b) => a - b);
    }
    const items: FrameTreeItem[] = visible.map((index) => {
      const node = this.frames.node[index]!;
      const { from, to } = childrenOf(tree, node);
      return {
        node,
        level: tree.row[node]! + 1,
        text: this.describe(tree, this.names, node),
        expanded: from < to,
      };
    });
    this.frameTree.show(items, this.focusNode);
  }
}

function widestChild(tree: StackTree, node: number): number {
  const { from, to } = childrenOf(tree, node);
  let widest = NONE;
  for (let child = from; child < to; child++) {
    if (widest === NONE || tree.value[child]! > tree.value[widest]!) widest = child;
  }
  return widest;
}
