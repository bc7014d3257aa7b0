// Finds what a person calls by its words, as words.rs does for pages without a browser. Runs as the body of a function
// with (what, wanted); answers {found, label}, or {names} of what there is, or {several}.
const [what, wanted] = arguments;
const KINDS = {
  "field": "input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image],[type=checkbox],[type=radio],[type=file]),textarea,[contenteditable=true]",
  "list": "select",
  "radio button": "input[type=radio]",
  "box": "input[type=checkbox]",
  "file field": "input[type=file]",
  "button": "button,input[type=submit],input[type=button],input[type=image],[role=button],summary",
  "link": "a[href]",
  "anything": "input:not([type=hidden]),textarea,select",
};
const GROUPS = "fieldset,tr,li,article,section,form,table,div,dl,dialog";
const TITLES = "legend,caption,h1,h2,h3,h4,h5,h6,th,dt";
const plain = (text) => (text ?? "").replace(/\u00ad/g, "").replace(/’/g, "'").replace(/\s+/gu, " ").trim();
const seen = (element) => what === "file field" || element.checkVisibility({ visibilityProperty: true });

function words(element, without) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(without).forEach((part) => part.remove());
  copy.querySelectorAll("br,p,div,li,dt,dd,h1,h2,h3,h4,h5,h6").forEach((block) => block.append(" "));
  return copy.textContent;
}

function names(element) {
  const all = [element.getAttribute("aria-label")];
  const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).map((id) => id && document.getElementById(id));
  all.push(by.map((named) => (named ? words(named, "script") : "")).join(" "));
  for (const label of element.labels ?? []) all.push(words(label, "input,select,textarea,button,script"));
  if (element.matches("input")) all.push(["submit", "button"].includes(element.type) ? element.value : element.alt);
  else if (!element.matches("select,textarea")) {
    all.push(words(element, "script,style,svg,[hidden]"));
    element.querySelectorAll("img[alt]").forEach((image) => all.push(image.alt));
  }
  return all.map(plain).filter((name) => name);
}

function title(group) {
  const label = group.getAttribute("aria-label");
  if (label) return plain(label);
  const own = (candidate) => {
    for (let at = candidate.parentElement; at && at !== group; at = at.parentElement)
      if (at.matches(GROUPS) && !at.matches("div")) return false;
    return true;
  };
  const first = [...group.querySelectorAll(TITLES)].find(own);
  return first ? plain(first.textContent) : null;
}

function within(element, group) {
  for (let at = element.parentElement; at; at = at.parentElement)
    if (at.matches(GROUPS) && title(at)?.startsWith(group)) return true;
  return false;
}

// The label to click instead, where the drawing of a box covers the box.
function covering(element) {
  if (!element.matches("[type=radio],[type=checkbox]")) return null;
  element.scrollIntoView({ block: "nearest" });
  const { x, y, width, height } = element.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === element ? null : (element.labels[0] ?? null);
}

const cut = wanted.indexOf(" > ");
const group = cut < 0 ? null : plain(wanted.slice(0, cut));
const label = plain(cut < 0 ? wanted : wanted.slice(cut + 3));
const there = [...document.querySelectorAll(KINDS[what])].filter(seen);
const named = there.map((element) => [element, names(element)]);
const pick = (test) =>
  named.filter(([element, all]) => all.some(test) && (group === null || within(element, group))).map(([element]) => element);
let found = pick((name) => name === label);
if (found.length === 0) found = pick((name) => name.startsWith(label));
if (found.length > 1 && what === "link" && new Set(found.map((link) => link.href)).size === 1) found = [found[0]];
if (found.length === 1) return { found: found[0], label: covering(found[0]) };
if (found.length > 1) return { several: found.length };
return { names: named.map(([, all]) => all.join(" / ")).slice(0, 60) };
