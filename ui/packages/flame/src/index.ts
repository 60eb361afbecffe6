export { FlameGraph, type FlameGraphEvents } from "./flameGraph.ts";
export { type FrameName, type Origin, readFrameName } from "./frameName.ts";
export { FrameNames } from "./frameNames.ts";
export type { FlameTheme } from "./painter.ts";
export { colourOf, frameColours, hashText } from "./palette.ts";
export { findMatches, type Matches, matchOrder, parseSearch, type Search } from "./search.ts";
export {
  childrenOf,
  decodeFlamebearer,
  type Flamebearer,
  NONE,
  nodeAt,
  pathOf,
  type StackTree,
} from "./stackTree.ts";
export { type FunctionValues, functionValues } from "./topTable.ts";
