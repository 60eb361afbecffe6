// Writes `NAME.br` and `NAME.gz` beside every compressible file of a folder: `node scripts/compress.mjs dist`.
// A file that does not shrink gets no twin, so a server may always prefer the twin when it exists.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = process.argv[2];
const compressible = /\.(html|js|css|svg|json|txt|map)$/;

for (const name of readdirSync(folder, { recursive: true })) {
  const file = join(folder, name);
  if (!compressible.test(name) || !statSync(file).isFile()) continue;
  const plain = readFileSync(file);
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gzip = gzipSync(plain, { level: 9 });
  if (brotli.length < plain.length) writeFileSync(`${file}.br`, brotli);
  if (gzip.length < plain.length) writeFileSync(`${file}.gz`, gzip);
  console.log(`${name.padEnd(32)} ${plain.length} B, gzip ${gzip.length} B, brotli ${brotli.length} B`);
}
