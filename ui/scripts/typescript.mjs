// Lets Node run this folder's TypeScript: `node --import ./scripts/typescript.mjs FILE.ts`.
// Types are stripped by the same transformer that builds the page, so no second compiler is needed.
import { register } from "node:module";

register("./typescript-hooks.mjs", import.meta.url);
