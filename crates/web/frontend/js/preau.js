// What a page gains when JavaScript is there. Every page works without it.
const all = (selector) => document.querySelectorAll(selector);
const number = new Intl.NumberFormat("fr-FR");

// A form that came back: go to what is wrong.
const summary = document.querySelector(".govuk-error-summary");
if (summary) {
  summary.focus();
  // A group of boxes has no focus of its own: its first box takes it.
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    (target.closest(".govuk-form-group") || target).scrollIntoView({ block: "start" });
    (target.matches("fieldset") ? target.querySelector("input") : target).focus({ preventScroll: true });
  });
}

// Show or hide a password.
for (const box of all("[data-reveal]")) {
  const input = box.querySelector("input");
  const button = box.querySelector("button");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Masquer" : "Afficher";
    button.setAttribute("aria-label", `${button.textContent} le mot de passe`);
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // A password shown is not kept by the browser among ordinary fields.
  input.form?.addEventListener("submit", () => show(false));
}

// A new password: its rules are ticked off as it is typed. What the server alone knows (names, common ones) it says.
const kinds = { digit: /\p{N}/u, lower: /\p{Ll}/u, upper: /\p{Lu}/u, symbol: /[^\p{N}\p{Ll}\p{Lu}]/u };
for (const list of all("[data-rules]")) {
  const input = document.getElementById(list.dataset.rules);
  const told = Object.assign(document.createElement("p"), { className: "govuk-visually-hidden" });
  told.setAttribute("role", "status");
  list.after(told);
  let pause;
  input?.addEventListener("input", () => {
    const typed = input.value.normalize();
    const words = new Set(typed.toLowerCase().split(/[^\p{L}\p{M}]+/u).filter((word) => [...word].length > 2));
    const phrase = Number(list.dataset.words) > 0 && words.size >= Number(list.dataset.words);
    const met = ({ rule, least }) => phrase
      || (rule === "min-length" ? [...typed].length >= Number(least)
        : rule === "kinds" ? Object.values(kinds).filter((kind) => kind.test(typed)).length >= Number(least)
          : kinds[rule].test(typed));
    const left = [...list.querySelectorAll("[data-rule]")].filter((line) => !line.classList.toggle("met", met(line.dataset)));
    list.hidden = !typed;
    clearTimeout(pause);
    pause = setTimeout(() => {
      told.textContent = left.length ? `Il manque : ${left.map((line) => line.textContent).join(", ")}` : "La règle est respectée";
    }, 1000);
  });
}

// Characters left. The eye reads each change, a screen reader only the pauses.
for (const area of all("[data-count]")) {
  const limit = Number(area.dataset.count);
  const seen = document.getElementById(`${area.id}-count`);
  if (!seen) continue;
  const told = Object.assign(document.createElement("p"), { className: "govuk-visually-hidden" });
  told.setAttribute("role", "status");
  seen.after(told);
  seen.setAttribute("aria-hidden", "true");
  let pause;
  const count = (event) => {
    const left = limit - [...area.value.replaceAll("\r\n", "\n")].length;
    const plural = Math.abs(left) > 1 ? "s" : "";
    const text = left >= 0
      ? `Il reste ${number.format(left)} caractère${plural}`
      : `${number.format(-left)} caractère${plural} de trop`;
    seen.textContent = text;
    seen.classList.toggle("over", left < 0);
    clearTimeout(pause);
    if (event) pause = setTimeout(() => { told.textContent = text; }, 1000);
  };
  area.addEventListener("input", count);
  count();
}

// "/" goes to the search box, Escape closes the menu.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-slash]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "Escape") {
    const menu = document.querySelector(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// A second click on a button that is already at work sends nothing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// Two minutes before the session ends (data-session: seconds left), say so and
// offer to go on; data-session-url answers 204 and prolongs it.
const session = document.querySelector("[data-session]");
if (session) {
  const warn = 120;
  const text = session.querySelector("[data-session-text]");
  let end;
  let timer;
  const tick = () => {
    const left = Math.round((end - Date.now()) / 1000);
    if (left <= 0) {
      text.textContent = session.dataset.sessionOver;
      return;
    }
    if (left <= warn) session.hidden = false;
    timer = setTimeout(tick, left > warn ? (left - warn) * 1000 : left * 1000);
  };
  const start = () => {
    clearTimeout(timer);
    session.hidden = true;
    end = Date.now() + Number(session.dataset.session) * 1000;
    tick();
  };
  session.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch(session.dataset.sessionUrl, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) start();
    else text.textContent = session.dataset.sessionOver;
  });
  start();
}

// The planning: how many changes, and arrow keys from cell to cell. Each row is one stop of the tab key.
for (const form of all("[data-planning]")) {
  const told = form.querySelector("[data-changes]");
  const first = told.textContent;
  const boxes = [...form.querySelectorAll("input[name=c]")];
  const count = () => {
    const changed = boxes.filter((box) => box.checked !== box.defaultChecked).length;
    told.textContent = changed ? `${number.format(changed)} changement${changed > 1 ? "s" : ""}` : first;
  };
  const cells = (row) => [...row.querySelectorAll("input[name=c]")];
  for (const row of form.querySelectorAll("tbody tr")) cells(row).forEach((box, at) => { box.tabIndex = at ? -1 : 0; });
  const go = (box) => {
    if (!box) return;
    cells(box.closest("tr")).forEach((other) => { other.tabIndex = other === box ? 0 : -1; });
    box.focus();
  };
  form.addEventListener("change", count);
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (box.name !== "c") return;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const row = box.closest("tr");
    const along = cells(row);
    if (step[1]) go(along[along.indexOf(box) + step[1]]);
    else {
      const at = box.closest("td").cellIndex;
      let next = row;
      do next = step[0] < 0 ? next.previousElementSibling : next.nextElementSibling;
      while (next && !next.cells[at]?.querySelector("input[name=c]"));
      if (next) go(next.cells[at].querySelector("input[name=c]"));
    }
  });
  count();
}
