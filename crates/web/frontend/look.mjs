// Takes pictures of pages and runs axe on them, in Chromium, over the DevTools protocol.
// Usage: npm run look -- OUT_DIR PAGE.html|URL...
// Each page at 360, 768 and 1280 px, light and dark; 320 px and print once. Exits 1 when axe finds something
// or when a page scrolls sideways.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [out, ...pages] = process.argv.slice(2);
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const home = mkdtempSync(join(tmpdir(), "look-"));
const chromium = spawn(process.env.CHROMIUM ?? "chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
  "--allow-file-access-from-files", "--remote-debugging-port=0", `--user-data-dir=${home}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
const address = await new Promise((found, failed) => {
  let said = "";
  chromium.stderr.on("data", (data) => {
    said += data;
    const match = said.match(/DevTools listening on (ws:\S+)/);
    if (match) found(match[1]);
  });
  chromium.on("error", failed);
});
const socket = new WebSocket(address);
await new Promise((open) => { socket.onopen = open; });
const waiting = new Map();
let last = 0;
let session;
let loaded = () => {};
socket.onmessage = ({ data }) => {
  const { id, result, error, method, params } = JSON.parse(data);
  if (method === "Page.loadEventFired") loaded();
  if (method === "Runtime.exceptionThrown") console.log("script:", params.exceptionDetails.exception?.description);
  if (!id) return;
  const [done, failed] = waiting.get(id);
  waiting.delete(id);
  if (error) failed(new Error(error.message)); else done(result);
};
const send = (method, params = {}) => new Promise((done, failed) => {
  waiting.set(++last, [done, failed]);
  socket.send(JSON.stringify({ id: last, method, params, sessionId: session }));
});
const run = async (expression) => (await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;

const { targetId } = await send("Target.createTarget", { url: "about:blank" });
session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
await send("Page.enable");
await send("Runtime.enable");
mkdirSync(out, { recursive: true });
let bad = 0;

async function look(page, width, scheme, media = "screen", extra = "") {
  await send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
  await send("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }] });
  const load = new Promise((done) => { loaded = done; });
  await send("Page.navigate", { url: page.startsWith("http") ? page : pathToFileURL(resolve(page)).href });
  await load;
  if (extra) await run(extra);
  const { wide, height } = await run("({ wide: document.documentElement.scrollWidth, height: Math.ceil(document.documentElement.getBoundingClientRect().height) })");
  const name = `${basename(page).replace(/\.html$/, "").replace(/\W+/g, "-") || "page"}-${width}-${media === "print" ? "print" : scheme}${extra ? "-menu" : ""}`;
  if (wide > width && media === "screen") { bad++; console.log(`${name}: scrolls sideways (${wide} px)`); }
  await send("Emulation.setDeviceMetricsOverride", { width, height: Math.min(Math.max(height, 900), 6000), deviceScaleFactor: 1, mobile: false });
  if (media === "screen") {
    const found = await run(`(0, eval)(${JSON.stringify(axe)}); axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target + " " + n.failureSummary.replace(/\\s+/g, " ")).join(" | ")))`);
    for (const line of found) { bad++; console.log(`${name}: axe ${line}`); }
  }
  const { data } = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(out, `${name}.png`), Buffer.from(data, "base64"));
}

try {
  for (const page of pages) {
    for (const scheme of ["light", "dark"]) for (const width of [360, 768, 1280]) await look(page, width, scheme);
    await look(page, 320, "light");
    await look(page, 360, "light", "screen", "document.querySelectorAll('.menu').forEach((menu) => { menu.open = true; })");
    await look(page, 800, "light", "print");
  }
} finally {
  socket.close();
  chromium.kill();
  await new Promise((done) => chromium.once("exit", done));
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
console.log(bad ? `${bad} findings` : "axe finds nothing, no page scrolls sideways");
process.exitCode = bad ? 1 : 0;
