// Fails when what the browser loads before the first paint is over budget: `node scripts/budget.mjs dist`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const budgets = [
  {
    kind: "initial JS",
    pattern: /<(?:script|link)[^>]+(?:src|href)="\/(assets\/[^"]+\.js)"/g,
    maxKilobytes: 90,
  },
  { kind: "CSS", pattern: /<link[^>]+href="\/(assets\/[^"]+\.css)"/g, maxKilobytes: 15 },
];

const folder = process.argv[2];
const page = readFileSync(join(folder, "index.html"), "utf8");
let failed = 0;

for (const { kind, pattern, maxKilobytes } of budgets) {
  const files = [...page.matchAll(pattern)].map((match) => match[1]);
  const bytes = files.reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
    0,
  );
  const over = files.length === 0 || bytes > maxKilobytes * 1000;
  if (over) failed++;
  console.log(
    `${over ? "FAIL" : "ok  "} ${kind}: ${(bytes / 1000).toFixed(1)} KB gzip of ${maxKilobytes} KB (${files.length} file)`,
  );
}
const inline = /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=/i.test(page);
if (inline) failed++;
console.log(`${inline ? "FAIL" : "ok  "} index.html has no inline script, style or handler`);
console.log(`${budgets.length + 1 - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
