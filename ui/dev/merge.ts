import type { DrawnSample } from "./drawnProfile.ts";

interface Node {
  readonly name: string;
  total: number;
  self: number;
  readonly children: Map<string, Node>;
}

/// The wire form of a flame graph: four numbers per node, 64-bit numbers as text.
export interface EncodedFlameGraph {
  readonly names: string[];
  readonly levels: { values: string[] }[];
  readonly total: string;
  readonly maxSelf: string;
}

/// Merges samples and encodes the tree, siblings by name, self before children. Nodes below the `maxNodes`-th largest
/// total are added up in one `other` per caller.
export function mergeSamples(
  samples: Iterable<DrawnSample>,
  maxNodes = Number.POSITIVE_INFINITY,
): EncodedFlameGraph {
  const root: Node = { name: "total", total: 0, self: 0, children: new Map() };
  const totals: number[] = [];
  const all: Node[] = [];
  for (const { stack, value } of samples) {
    let node = root;
    node.total += value;
    for (const name of stack) {
      let child = node.children.get(name);
      if (!child) {
        child = { name, total: 0, self: 0, children: new Map() };
        node.children.set(name, child);
        all.push(child);
      }
      child.total += value;
      node = child;
    }
    node.self += value;
  }
  for (const { total } of all) totals.push(total);
  totals.sort((a, b) => b - a);
  const least = totals.length > maxNodes ? totals[maxNodes - 1]! : 0;
  return encode(root, least);
}

function encode(root: Node, least: number): EncodedFlameGraph {
  const indexes = new Map<string, number>([["total", 0]]);
  const indexOf = (name: string) => {
    if (!indexes.has(name)) indexes.set(name, indexes.size);
    return indexes.get(name)!;
  };
  const levels: { values: string[] }[] = [];
  let maxSelf = 0;
  let row: { node: Node; start: number; index: number }[] = [{ node: root, start: 0, index: 0 }];
  while (row.length > 0) {
    const values: string[] = [];
    const below: typeof row = [];
    let edge = 0;
    for (const { node, start, index } of row) {
      values.push(String(start - edge), String(node.total), String(node.self), String(index));
      edge = start + node.total;
      maxSelf = Math.max(maxSelf, node.self);
      let childStart = start + node.self;
      for (const child of visibleChildren(node, least)) {
        below.push({ node: child, start: childStart, index: indexOf(child.name) });
        childStart += child.total;
      }
    }
    levels.push({ values });
    row = below;
  }
  return { names: [...indexes.keys()], levels, total: String(root.total), maxSelf: String(maxSelf) };
}

function visibleChildren(node: Node, least: number): Node[] {
  const children = [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const kept = children.filter(({ total }) => total >= least);
  const folded = children.reduce((sum, { total }) => (total >= least ? sum : sum + total), 0);
  if (folded > 0) kept.push({ name: "other", total: folded, self: folded, children: new Map() });
  return kept;
}
