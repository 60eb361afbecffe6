// Runs every `*.test.ts` under src, packages and dev with Node's test runner; arguments narrow by file name.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const files = ["src", "packages", "dev"]
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

const loader = new URL("./typescript.mjs", import.meta.url).href;
const { status } = spawnSync(process.execPath, ["--import", loader, "--test", ...files], {
  stdio: "inherit",
});
process.exit(status ?? 1);
