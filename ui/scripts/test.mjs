// Runs every `*.test.ts` under src, packages and dev with Node's test runner; arguments narrow by file name.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const files = ["src", "packages", "dev"]
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

const loader = new URL("./typescript.mjs", import.meta.url).href;
// For people on standard output, for whoever counts in a report.
mkdirSync("target", { recursive: true });
const reporters = ["spec", "stdout", "junit", "target/TEST-ui.xml"].map(
  (value, i) => `--test-reporter${i % 2 ? "-destination" : ""}=${value}`,
);
const { status } = spawnSync(process.execPath, ["--import", loader, "--test", ...reporters, ...files], {
  stdio: "inherit",
});
process.exit(status ?? 1);
