import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { startBrowser } from "../e2e/browser.mjs";
import type { Measured } from "./page.ts";

const SIZES = [10_000, 100_000, 1_000_000];

/// Upper bounds at 100 000 nodes, milliseconds: median and 95th percentile.
const budgets: Record<string, readonly [number, number]> = {
  "JSON parse + decode": [40, 40],
  "first draw": [30, 30],
  "zoom frame": [8, 16],
  "20 000 hit tests": [1000, 1000],
  "regex search": [10, 10],
  "top table": [30, 30],
};

const { browser, reason } = await startBrowser();
if (!browser) {
  console.log(`no browser runs here: ${reason}`);
  process.exit(77);
}
const bundle = await build({
  configFile: false,
  logLevel: "silent",
  build: {
    write: false,
    lib: { entry: fileURLToPath(new URL("./page.ts", import.meta.url)), formats: ["iife"], name: "bench" },
  },
});
const output = (Array.isArray(bundle) ? bundle[0]! : bundle) as { output: { code: string }[] };
const results: { nodes: number; deep: number; steps: Measured[] }[] = [];
for (const size of SIZES) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 }, locale: "en-US" });
  await page.addScriptTag({ content: output.output[0]!.code });
  await page.evaluate(
    (nodes) => (globalThis as unknown as { measure(nodes: number): unknown }).measure(nodes),
    2000,
  );
  results.push(
    (await page.evaluate(
      (nodes) => (globalThis as unknown as { measure(nodes: number): unknown }).measure(nodes),
      size,
    )) as (typeof results)[number],
  );
  await page.close();
}
const version = browser.version();
await browser.close();

console.log(
  `Chromium ${version} headless, ${cpus().length} × ${cpus()[0]?.model}, 1400 × 800, pixel ratio 1; median / p95 in ms\n`,
);
const titles = results.map(({ nodes, deep }) => `${nodes} nodes, ${deep} deep`);
console.log(`| step | ${titles.join(" | ")} | budget at 100 k |`);
console.log(`|---|${"---|".repeat(titles.length + 1)}`);
let over = 0;
results[0]!.steps.forEach(({ step }, index) => {
  const cells = results.map(({ steps }) => print(steps[index]!));
  const budget = budgets[step];
  const measured = results[1]!.steps[index]!;
  if (budget && (measured.median > budget[0] * 1.2 || measured.p95 > budget[1] * 1.2)) over++;
  console.log(
    `| ${step} | ${cells.join(" | ")} | ${budget ? (budget[0] === budget[1] ? budget[0] : budget.join(" / ")) : "–"} |`,
  );
});
console.log(`\n${over === 0 ? "all within budget" : `${over} over budget by more than 20 %`}`);
process.exit(over === 0 ? 0 : 1);

function print({ median, p95 }: Measured): string {
  return median === p95 ? median.toFixed(1) : `${median.toFixed(1)} / ${p95.toFixed(1)}`;
}
