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
const RUNS = 3;

interface Run {
  readonly nodes: number;
  readonly deep: number;
  readonly steps: Measured[];
}

/// One run in a fresh page, after a small one that warms the code up.
async function run(size: number): Promise<Run> {
  const page = await browser!.newPage({ viewport: { width: 1400, height: 800 }, locale: "en-US" });
  await page.addScriptTag({ content: output.output[0]!.code });
  const measure = (nodes: number) =>
    (globalThis as unknown as { measure(nodes: number): Promise<Run> }).measure(nodes);
  await page.evaluate(measure, 2000);
  const result = await page.evaluate(measure, size);
  await page.close();
  return result;
}

/// The best of several runs, step by step: on a shared machine the best is what the code needs.
function best(runs: readonly Run[]): Run {
  const steps = runs[0]!.steps.map(({ step }, index) => ({
    step,
    median: Math.min(...runs.map((each) => each.steps[index]!.median)),
    p95: Math.min(...runs.map((each) => each.steps[index]!.p95)),
  }));
  return { ...runs[0]!, steps };
}

const results: Run[] = [];
for (const size of SIZES) {
  const runs: Run[] = [];
  for (let at = 0; at < RUNS; at++) runs.push(await run(size));
  results.push(best(runs));
}
const version = browser.version();
await browser.close();

console.log(
  `Chromium ${version} headless, ${cpus().length} × ${cpus()[0]?.model}, 1400 × 800, pixel ratio 1; median / p95 in ms, best of ${RUNS} runs\n`,
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
