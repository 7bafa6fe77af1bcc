// Divides the example journey anew while a rule is written. Nothing is computed here: the server
// divides by the same engine as the ledger. Without this script saving shows the same.
(() => {
  "use strict";
  const box = document.getElementById("rule-example");
  if (!box) return;
  const form = box.closest("form");
  const choice = document.getElementById("rule-example-choice");
  let waiting = 0;
  let running = null;

  async function refresh() {
    if (running) running.abort();
    running = new AbortController();
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(box.dataset.address, {
        method: "POST", body: new FormData(form), signal: running.signal,
        headers: { "X-CSRFToken": box.dataset.csrf },
      });
      if (!answer.ok || answer.redirected) return;
      box.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
      return;
    } finally {
      box.removeAttribute("aria-busy");
    }
  }

  function later(event) {
    // Another example is no change that one could forget to save
    if (event.target === choice) event.stopPropagation();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(refresh, 200);
  }

  form.addEventListener("input", later, true);
  form.addEventListener("change", later, true);
})();
