import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["src", "packages"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
  )
  .filter((file) => /\.tsx?$/.test(file) && !/test/.test(file));

test("source_functionNamesAndLabels_canOnlyBecomeTextNodes", () => {
  for (const file of sources) {
    const text = readFileSync(join(root, file), "utf8");
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
      file,
    );
  }
});

test("source_eachFolder_usesOnlyWhatItMay", () => {
  const forbidden: Record<string, RegExp> = {
    "src/types/": /from "(?!\.)|from "\.\.\/(?!types)/,
    "src/logic/": /from "(?:preact|@preact|uplot|\.\.\/(?:api|components|pages|router))|fetch\(/,
    "src/api/": /from "\.\.\/(?:components|pages)/,
    "src/components/": /from "\.\.\/(?:api|pages)/,
    "packages/flame/src/": /from "(?!\.\/)/,
  };
  for (const file of sources) {
    for (const [folder, pattern] of Object.entries(forbidden)) {
      if (file.startsWith(folder)) assert.doesNotMatch(readFileSync(join(root, file), "utf8"), pattern, file);
    }
  }
});
