import { useEffect, useRef, useState } from "preact/hooks";
import { childrenOf, FlameGraph, type FrameNames, NONE, type StackTree } from "#flame";
import { formatShare } from "../logic/format.ts";
import { flameTheme, themeVersion } from "./theme.ts";

/// The flame graph with its tooltip. Nodes and name indexes are those of `tree`.
export function FlameView({
  tree,
  names,
  question,
  zoomNode,
  matches,
  marked,
  hinted,
  rootOnTop,
  format,
  onZoom,
  onHoverName,
}: {
  tree: StackTree;
  names: FrameNames;
  /// What the tree answers; as long as it stays, newer trees keep the view.
  question: string;
  zoomNode: number;
  matches: Uint8Array | null;
  marked: number;
  /// Function the pointer is on in the table.
  hinted: number;
  rootOnTop: boolean;
  format: (value: number) => string;
  onZoom: (node: number) => void;
  onHoverName: (nameIndex: number) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const graph = useRef<FlameGraph | null>(null);
  const [hover, setHover] = useState<{ node: number; x: number; y: number } | null>(null);
  const latest = useRef({ onZoom, onHoverName, tree });
  latest.current = { onZoom, onHoverName, tree };
  const version = themeVersion.value;

  useEffect(() => {
    const created = new FlameGraph(
      host.current!,
      flameTheme(),
      {
        onZoom: (node) => latest.current.onZoom(node),
        onHover: (node, x, y) => {
          setHover(node === NONE ? null : { node, x, y });
          latest.current.onHoverName(node === NONE ? NONE : latest.current.tree.name[node]!);
        },
      },
      describeFrame,
    );
    graph.current = created;
    return () => created.destroy();
  }, []);
  const shownTree = useRef<StackTree | null>(null);
  const shownQuestion = useRef("");
  useEffect(() => {
    if (shownTree.current === tree) graph.current!.zoomTo(zoomNode);
    else if (shownQuestion.current === question) graph.current!.update(tree, names, zoomNode);
    else graph.current!.show(tree, names, zoomNode);
    shownTree.current = tree;
    shownQuestion.current = question;
    setHover(null);
  }, [tree, names, zoomNode, question]);
  useEffect(() => graph.current!.showMatches(matches), [matches]);
  useEffect(() => graph.current!.markFunction(marked), [marked]);
  useEffect(() => graph.current!.hintFunction(hinted), [hinted]);
  useEffect(() => graph.current!.setRootOnTop(rootOnTop), [rootOnTop]);
  useEffect(() => graph.current!.setTheme(flameTheme()), [version]);

  const hovered = hover && hover.node < tree.count ? hover : null;
  return (
    <div class="flame">
      <div class="flame-host" ref={host} />
      {hovered && <Tooltip tree={tree} names={names} zoomNode={zoomNode} format={format} {...hovered} />}
    </div>
  );
}

/// How a frame is announced: name, shares, depth, children.
function describeFrame(tree: StackTree, names: FrameNames, node: number): string {
  const { from, to } = childrenOf(tree, node);
  const percent = (value: number) => `${((100 * value) / (tree.total || 1)).toFixed(1)} percent`;
  const children = to - from === 1 ? "1 child" : `${to - from} children`;
  return `${names.at(tree.name[node]!).label}, ${percent(tree.value[node]!)} of total, self ${percent(tree.self[node]!)}, level ${tree.row[node]! + 1}, ${children}`;
}

const AWAY = 14;

function Tooltip({
  tree,
  names,
  node,
  zoomNode,
  format,
  x,
  y,
}: {
  tree: StackTree;
  names: FrameNames;
  node: number;
  zoomNode: number;
  format: (value: number) => string;
  x: number;
  y: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current!;
    if (matchMedia("(max-width: 799px)").matches) {
      element.style.transform = "none";
      return;
    }
    const { width, height } = element.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const left = x + AWAY + width > clientWidth - 8 ? Math.max(8, x - AWAY - width) : x + AWAY;
    const top = y + AWAY + height > clientHeight - 8 ? Math.max(8, y - AWAY - height) : y + AWAY;
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }, [x, y, node]);
  const name = names.at(tree.name[node]!);
  const value = tree.value[node]!;
  const self = tree.self[node]!;
  const parent = tree.parent[node]!;
  return (
    <div class="tooltip" ref={box} aria-hidden="true">
      <div class="tooltip-name">
        <span class={`swatch frame-${names.colour[tree.name[node]!]}`} />
        {name.label}
      </div>
      {(name.place || name.module) && <div class="tooltip-place">{name.place || name.module}</div>}
      <dl class="tooltip-values">
        <dt>Total</dt>
        <dd>{format(value)}</dd>
        <dd class="tooltip-share">{formatShare(value, tree.total)}</dd>
        <dt>Self</dt>
        <dd>{format(self)}</dd>
        <dd class="tooltip-share">{formatShare(self, tree.total)}</dd>
        {parent > 0 && (
          <>
            <dt>Of caller</dt>
            <dd />
            <dd class="tooltip-share">{formatShare(value, tree.value[parent]!)}</dd>
          </>
        )}
        {zoomNode > 0 && tree.row[node]! > tree.row[zoomNode]! && (
          <>
            <dt>Of zoom</dt>
            <dd />
            <dd class="tooltip-share">{formatShare(value, tree.value[zoomNode]!)}</dd>
          </>
        )}
      </dl>
      {name.origin === "folded" && <div class="tooltip-place">Frames too small to be sent, added up</div>}
    </div>
  );
}
