// How many numbers a second the proof of work tries, beside crypto.subtle.
// Usage: npm run pow-speed
import { search } from "./js/pow-worker.js";

const salt = "0123456789abcdef01234567?expires=1790000000";
const second = (tries, start) => Math.round((tries * 1000) / (performance.now() - start)).toLocaleString("en");

search({ challenge: "0".repeat(64), salt }, 0, 50_000);
let start = performance.now();
search({ challenge: "0".repeat(64), salt }, 0, 400_000);
console.log(`own SHA-256    ${second(400_000, start)} tries a second`);

const encoder = new TextEncoder();
start = performance.now();
for (let n = 0; n < 20_000; n++) await crypto.subtle.digest("SHA-256", encoder.encode(salt + n));
console.log(`crypto.subtle  ${second(20_000, start)} tries a second`);
