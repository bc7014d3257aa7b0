// Finds the number whose sha256(salt + number) is the challenge.
// Runs as a worker; the page imports it where workers are not allowed.
//
// SHA-256 is written out here: on messages this short it is several times
// faster than one promise of crypto.subtle a try, and it also works where
// crypto.subtle is missing (plain http on another host than localhost).
const K = new Int32Array(64);
const H = new Int32Array(8);

// The constants are the first 32 bits of the fractional parts of the square
// roots (first 8 primes) and of the cube roots (first 64 primes).
for (let found = 0, n = 2; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
  if (!prime) continue;
  const bits = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  if (found < 8) H[found] = bits(Math.sqrt(n));
  K[found++] = bits(Math.cbrt(n));
}

const W = new Int32Array(64);

// One block of 64 bytes, words already in W[0..16], into `state`.
function block(state) {
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15];
    const y = W[i - 2];
    W[i] = (W[i - 16] + W[i - 7]
      + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3))
      + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)))
      + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)))
      + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

const pad = new Uint8Array(64 * 64);

// Digest of bytes[0..length] into `state` (eight signed words).
export function sha256(bytes, length, state) {
  const size = ((length + 8) >> 6 << 6) + 64;
  pad.fill(0, 0, size);
  pad.set(bytes.subarray(0, length));
  pad[length] = 128;
  const view = new DataView(pad.buffer);
  view.setUint32(size - 4, length * 8);
  state.set(H);
  for (let at = 0; at < size; at += 64) {
    for (let i = 0; i < 16; i++) W[i] = view.getInt32(at + i * 4);
    block(state);
  }
}

// The number from `from` below `to`, or -1.
export function search({ challenge, salt }, from, to) {
  const wanted = Int32Array.from({ length: 8 }, (_, i) => parseInt(challenge.slice(i * 8, i * 8 + 8), 16) | 0);
  const head = new TextEncoder().encode(salt);
  const bytes = new Uint8Array(head.length + 16);
  const state = new Int32Array(8);
  bytes.set(head);
  for (let n = from; n < to; n++) {
    const digits = String(n);
    for (let i = 0; i < digits.length; i++) bytes[head.length + i] = digits.charCodeAt(i);
    sha256(bytes, head.length + digits.length, state);
    if (state[0] === wanted[0] && state.every((word, i) => word === wanted[i])) return n;
  }
  return -1;
}

// Slices leave the page free to draw when this runs in the page itself.
export async function solve(task) {
  const limit = (task.maxnumber ?? 1e6) + 1;
  for (let from = 0; from < limit; from += 5000) {
    const found = search(task, from, Math.min(from + 5000, limit));
    if (found >= 0) return found;
    if (typeof document !== "undefined") await new Promise((next) => setTimeout(next));
  }
  return -1;
}

if (typeof document === "undefined" && typeof self !== "undefined") {
  self.onmessage = async ({ data }) => self.postMessage(await solve(data));
}
