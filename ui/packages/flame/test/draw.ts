import { readDrawnProfile } from "../../../dev/drawnProfile.ts";
import { mergeSamples } from "../../../dev/merge.ts";
import { decodeFlamebearer, type StackTree } from "../src/stackTree.ts";

/// The tree of a drawn profile, through the wire encoding.
export function drawTree(text: string): StackTree {
  return decodeFlamebearer(mergeSamples(readDrawnProfile(text)));
}

/// The tree as text, one row per line, `name@start+value` per node.
export function printRows(tree: StackTree): string {
  const lines: string[] = [];
  for (let row = 0; row < tree.rows; row++) {
    const nodes: string[] = [];
    for (let node = tree.rowStart[row]!; node < tree.rowStart[row + 1]!; node++) {
      nodes.push(`${tree.names[tree.name[node]!]}@${tree.start[node]}+${tree.value[node]}`);
    }
    lines.push(nodes.join(" "));
  }
  return lines.join("\n");
}

/// First node with this name, in row order.
export function nodeNamed(tree: StackTree, name: string): number {
  return tree.name.findIndex((index) => tree.names[index] === name);
}
