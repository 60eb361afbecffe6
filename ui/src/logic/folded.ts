import type { FrameNames, StackTree } from "#flame";

/// Part of the total, 0 to 1, that the server folded into "other" frames.
export function foldedShare(tree: StackTree, names: FrameNames): number {
  let folded = 0;
  for (let node = 1; node < tree.count; node++) {
    if (names.at(tree.name[node]!).origin === "folded") folded += tree.self[node]!;
  }
  return tree.total > 0 ? folded / tree.total : 0;
}
