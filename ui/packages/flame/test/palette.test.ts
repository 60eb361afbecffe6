import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readFrameName } from "../src/frameName.ts";
import { colourOf, FRAME_INK, FRAME_INK_DIM, frameColours, hashText } from "../src/palette.ts";

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test("frameColours_withInk_haveReadableContrast", () => {
  for (const colour of frameColours) {
    assert.ok(contrast(colour, FRAME_INK) >= 7, `${colour} ${contrast(colour, FRAME_INK)}`);
    assert.ok(contrast(colour, FRAME_INK_DIM) >= 4.5, `${colour} dim ${contrast(colour, FRAME_INK_DIM)}`);
  }
});

test("styleSheet_frameClasses_haveThePaletteOfTheCanvas", () => {
  const sheet = readFileSync(new URL("../../../src/style/stacks.css", import.meta.url), "utf8");
  frameColours.forEach((colour, index) => {
    assert.match(sheet, new RegExp(`\\.frame-${index} \\{\\s*background: ${colour};`));
  });
});

test("colour_sameModule_isTheSame_andOtherOriginsDiffer", () => {
  const a = colourOf(readFrameName("com/acme/prices/store/A.x"));
  assert.equal(colourOf(readFrameName("com/acme/prices/api/B.y")), a);
  assert.notEqual(colourOf(readFrameName("java/util/HashMap.get")), a);
});

test("hash_knownTexts_staysTheSameAcrossReleases", () => {
  assert.deepEqual(
    ["", "main", "evaluate_fitness"].map((text) => hashText(text).toString(36)),
    ["7em1n1", "1iyiin1", "1l1pgm9"],
  );
});
