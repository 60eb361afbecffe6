import { NONE, type StackTree } from "./stackTree.ts";

/// Self and total per function, indexed like the tree's `names`.
///
/// A recursive function's total counts each stack once: a node adds to its function only when no caller of it is
/// the same function.
export interface FunctionValues {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly frames: Int32Array;
}

/// **Hot path.** One walk in depth-first order with a counter per function. Benchmark: `bench/flame.ts`, row "top table".
export function functionValues(tree: StackTree): FunctionValues {
  const { count, name, parent, value, self } = tree;
  const functions = tree.names.length;
  const result = {
    self: new Float64Array(functions),
    total: new Float64Array(functions),
    frames: new Int32Array(functions),
  };
  const sibling = new Int32Array(count).fill(NONE);
  const firstChild = new Int32Array(count).fill(NONE);
  for (let node = count - 1; node > 0; node--) {
    const caller = parent[node]!;
    if (caller === NONE) continue;
    sibling[node] = firstChild[caller]!;
    firstChild[caller] = node;
  }
  const open = new Int32Array(functions);
  let node = count > 0 ? 0 : NONE;
  while (node !== NONE) {
    const index = name[node]!;
    result.self[index]! += self[node]!;
    result.frames[index]!++;
    if (open[index]!++ === 0) result.total[index]! += value[node]!;
    if (firstChild[node] !== NONE) {
      node = firstChild[node]!;
      continue;
    }
    let next: number = node;
    while (next !== NONE && sibling[next] === NONE) {
      open[name[next]!]!--;
      next = parent[next]!;
    }
    if (next === NONE) break;
    open[name[next]!]!--;
    node = sibling[next]!;
  }
  return result;
}
