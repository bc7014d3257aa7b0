// Compiles scss/ and js/ into ../assets and copies the drawings.
// Usage: npm ci && npm run build
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { compile, Logger } from "sass";
import { transformSync } from "esbuild";

const out = new URL("../assets/", import.meta.url);
const here = (path) => new URL(path, import.meta.url);
// Browsers with :focus-visible, color-mix() and module workers.
const target = ["chrome111", "firefox114", "safari16.4"];
mkdirSync(out, { recursive: true });

function put(name, text) {
  writeFileSync(new URL(name, out), text);
  const packed = brotliCompressSync(text).length;
  console.log(`${name.padEnd(16)} ${String(Buffer.byteLength(text)).padStart(7)} bytes, ${String(packed).padStart(6)} brotli`);
}

for (const name of ["preau", "agent"]) {
  const { css } = compile(here(`scss/${name}.scss`).pathname, {
    loadPaths: [here("node_modules").pathname],
    logger: Logger.silent,
  });
  put(`${name}.css`, transformSync(css, { loader: "css", minify: true, target }).code);
}
for (const name of ["preau", "pow", "pow-worker", "agent"]) {
  const source = readFileSync(here(`js/${name}.js`), "utf8");
  put(`${name}.js`, transformSync(source, { minify: true, target, format: "esm" }).code);
}
for (const name of readdirSync(here("img"))) copyFileSync(here(`img/${name}`), new URL(name, out));
