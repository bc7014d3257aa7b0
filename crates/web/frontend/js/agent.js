// The agents' keyboard: J and K go through the lines of a list, Enter opens
// the one they are on (it has the focus). "/" is in preau.js.
const list = document.querySelector("[data-rows]");
const links = list ? [...list.querySelectorAll(".go")] : [];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !links.length) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!step) return;
  event.preventDefault();
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  const link = links[Math.max(0, Math.min(links.length - 1, next))];
  link.focus({ preventScroll: true });
  link.closest("tr, li").scrollIntoView({ block: "nearest" });
});

// A request: A accepts and shows the mail, R and C lead to what is to be written.
const decision = document.querySelector("[data-decide]");
if (decision) {
  const verdicts = { a: "accepter", r: "refuser", c: "completer" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const radio = decision.querySelector(`input[value="${verdicts[event.key.toLowerCase()]}"]`);
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    if (radio.value === "accepter") decision.querySelector("button").click();
    else decision.querySelector("textarea").focus();
  });
}
