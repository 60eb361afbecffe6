import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fixtureServer } from "./server.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: "4041" }, empty: { type: "boolean", default: false } },
});
const dist = fileURLToPath(new URL("../dist", import.meta.url));
fixtureServer({ dist, empty: values.empty }).listen(Number(values.port), "127.0.0.1", () => {
  console.log(`drawn profiles at http://127.0.0.1:${values.port}/`);
});
