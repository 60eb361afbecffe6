import type { FrameName } from "./frameName.ts";

/// Twelve hues, all readable under [FRAME_INK] with a contrast of at least 7 : 1, the same on dark and light pages.
const ownColours = [
  "#e9b089",
  "#bda165",
  "#b6c688",
  "#7eb488",
  "#7ad0c5",
  "#60b2c6",
  "#94c2f3",
  "#9f9dd8",
  "#d7ace0",
  "#ce8fac",
  "#f0a8a7",
  "#b1a666",
] as const;

/// The same hues and lightness at OKLCH chroma 0.04: libraries step back behind the user's own code.
const libraryColours = [
  "#d3b8a6",
  "#b0a389",
  "#bac2a5",
  "#94ac97",
  "#a2c7c1",
  "#89abb4",
  "#abc0d7",
  "#a1a1bd",
  "#cab6ce",
  "#b99ba8",
  "#d7b4b3",
  "#aaa689",
] as const;

const HUES = ownColours.length;
const RUNTIME = 2 * HUES;
/// Colour of frames that stand for many small ones; the painter hatches it.
export const FOLDED = RUNTIME + 2;
const ROOT = FOLDED + 1;

/// Every colour a frame can have; [colourOf] answers an index into this list.
export const frameColours: readonly string[] = [
  ...ownColours,
  ...libraryColours,
  "#a3a5aa",
  "#b0b1b4",
  "#aeb2ba",
  "#c3c6cc",
];

/// Ink on every frame colour.
export const FRAME_INK = "#14161b";
/// Ink for the module behind the label; at least 4.5 : 1 on the frame colours.
export const FRAME_INK_DIM = "#333841";

export function colourOf(name: FrameName): number {
  switch (name.origin) {
    case "own":
      return hashText(name.family) % HUES;
    case "library":
      return HUES + (hashText(name.family) % HUES);
    case "runtime":
      return RUNTIME + (hashText(name.family) % 2);
    case "folded":
      return FOLDED;
    case "root":
      return ROOT;
  }
}

/// Stable 32-bit hash of a text (FNV-1a over UTF-16 units, then mixed so that low bits are usable).
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
