import { type FrameName, readFrameName } from "./frameName.ts";
import { colourOf } from "./palette.ts";
import type { StackTree } from "./stackTree.ts";

/// Parsed names and colours of a tree, by name index; parsed once per name and kept for the tree's life.
export class FrameNames {
  private readonly parsed: (FrameName | undefined)[];
  readonly colour: Uint8Array;

  constructor(private readonly names: readonly string[]) {
    this.parsed = new Array(names.length);
    this.colour = new Uint8Array(names.length);
    for (let index = 0; index < names.length; index++) this.colour[index] = colourOf(this.at(index));
  }

  static of(tree: StackTree): FrameNames {
    return new FrameNames(tree.names);
  }

  at(index: number): FrameName {
    const known = this.parsed[index];
    if (known) return known;
    const text = this.names[index] ?? "";
    const name = index === 0 ? rootName(text) : readFrameName(text);
    this.parsed[index] = name;
    return name;
  }
}

function rootName(text: string): FrameName {
  return { text, label: text, module: "", place: "", family: text, origin: "root" };
}
