import { childrenOf, hashText, NONE, pathOf, type StackTree } from "#flame";

/// Short text that stands for a function name in an address; it survives new data, an index would not.
export function nameHash(name: string): string {
  return hashText(name).toString(36);
}

/// Hashes of the function names from the outermost frame down to `node`; empty for the root.
export function zoomPathOf(tree: StackTree, node: number): string[] {
  return pathOf(tree, node).map((name) => nameHash(tree.names[name]!));
}

/// Follows a path from the root. `node` is the deepest frame that still exists, `missing` how many steps it lacks.
export function followZoomPath(tree: StackTree, path: readonly string[]): { node: number; missing: number } {
  let node = 0;
  for (let step = 0; step < path.length; step++) {
    const { from, to } = childrenOf(tree, node);
    let next = NONE;
    for (let child = from; child < to && next === NONE; child++) {
      if (nameHash(tree.names[tree.name[child]!]!) === path[step]) next = child;
    }
    if (next === NONE) return { node, missing: path.length - step };
    node = next;
  }
  return { node, missing: 0 };
}

/// Index of the function whose name has this hash, or [NONE].
export function functionWithHash(names: readonly string[], hash: string): number {
  return hash === "" ? NONE : names.findIndex((name, index) => index > 0 && nameHash(name) === hash);
}

/// The widest frame of a function, or [NONE].
export function widestFrame(tree: StackTree, nameIndex: number): number {
  let widest = NONE;
  for (let node = 1; node < tree.count; node++) {
    if (tree.name[node] === nameIndex && (widest === NONE || tree.value[node]! > tree.value[widest]!))
      widest = node;
  }
  return widest;
}

/// Nodes from the outermost frame down to `node`, the synthetic root left out.
export function zoomCrumbs(tree: StackTree, node: number): number[] {
  const crumbs: number[] = [];
  for (let at = node; tree.parent[at] !== NONE; at = tree.parent[at]!) crumbs.push(at);
  return crumbs.reverse();
}
