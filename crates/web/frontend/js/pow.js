// « Je ne suis pas un robot »: a proof of work in the ALTCHA format. It starts
// with the first focus in the form, so that it is done before the visitor is.
const say = (box, state, text) => {
  box.dataset.state = state;
  box.querySelector("[role=status]").textContent = text;
};

async function work(task, url) {
  try {
    const worker = new Worker(url, { type: "module" });
    return await new Promise((done, failed) => {
      worker.onmessage = ({ data }) => { worker.terminate(); done(data); };
      worker.onerror = (event) => { event.preventDefault(); worker.terminate(); failed(new Error("worker")); };
      worker.postMessage(task);
    });
  } catch {
    return (await import(url)).solve(task);
  }
}

async function prove(box) {
  const started = performance.now();
  const answer = await fetch(box.dataset.challengeUrl, { cache: "no-store" });
  if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
  const { algorithm, challenge, maxnumber, salt, signature } = await answer.json();
  if (algorithm !== "SHA-256") throw new Error(`algorithm: ${algorithm}`);
  const solved = await work({ challenge, salt, maxnumber }, new URL(box.dataset.workerUrl, location.href).href);
  if (solved < 0) throw new Error("no number found");
  const took = Math.round(performance.now() - started);
  return btoa(JSON.stringify({ algorithm, challenge, number: solved, salt, signature, took }));
}

for (const box of document.querySelectorAll(".pow")) {
  const form = box.closest("form");
  const hidden = box.querySelector("[name=altcha]");
  let running;
  box.hidden = false;

  const start = () => {
    running ??= (async () => {
      say(box, "busy", "Vérification en cours…");
      try {
        hidden.value = await prove(box);
        say(box, "done", "Vérifié : vous n’êtes pas un robot");
      } catch {
        running = undefined;
        say(box, "error", "La vérification n’a pas abouti. Vérifiez votre connexion, puis envoyez de nouveau.");
      }
    })();
    return running;
  };

  form.addEventListener("focusin", start, { once: true });
  // Sent before the end: wait, then send.
  form.addEventListener("submit", async (event) => {
    if (hidden.value) return;
    event.preventDefault();
    const button = event.submitter;
    await start();
    if (hidden.value) form.requestSubmit(button);
    else box.scrollIntoView({ block: "center" });
  }, { capture: true });
}
