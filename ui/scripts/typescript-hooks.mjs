import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transformWithOxc } from "vite";

export async function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !/\.tsx?$/.test(url)) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const { code, map } = await transformWithOxc(await readFile(file, "utf8"), file, {
    jsx: { runtime: "automatic", importSource: "preact" },
  });
  const inlineMap = Buffer.from(JSON.stringify(map)).toString("base64");
  return {
    format: "module",
    shortCircuit: true,
    source: `${code}\n//# sourceMappingURL=data:application/json;base64,${inlineMap}`,
  };
}
