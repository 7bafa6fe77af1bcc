// Shows what a convention accepts and refuses while it is typed, and explains a part's words.
// Without it the page shows the same after a button or on saving.
(() => {
  "use strict";
  const box = document.getElementById("convention-preview");
  if (!box) return;
  const form = box.closest("form");
  const HINTS = {
    vocabulary: "The words one may choose from, with commas between them.",
    period: "Press the forms that are allowed; none means any.",
    slug: "Free words need no list.",
    number: "A number needs no list.",
  };
  const strip = document.getElementById("convention-strip");
  let waiting = 0;
  let running = null;

  // The strip stays in sight while one edits further up; it is also what is read aloud
  function summarize() {
    const summary = box.querySelector("[data-summary]");
    if (!strip || !summary) return;
    const text = summary.textContent.trim();
    if (strip.firstElementChild.textContent.trim() !== text) strip.firstElementChild.textContent = text;
    strip.classList.toggle("is-broken", "broken" in summary.dataset);
  }

  async function refresh() {
    if (running) running.abort();
    running = new AbortController();
    try {
      const answer = await fetch(box.dataset.address, {
        method: "POST", body: new FormData(form), signal: running.signal,
        headers: { "X-CSRFToken": box.dataset.csrf },
      });
      if (!answer.ok || answer.redirected) return;
      box.innerHTML = await answer.text();
      summarize();
      box.dispatchEvent(new CustomEvent("textrail:shown", { bubbles: true }));
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  function later() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(refresh, 250);
  }

  function words(input) {
    return input.value.split(",").map((word) => word.trim()).filter(Boolean);
  }

  function toggle(input, name) {
    const now = words(input);
    input.value = (now.includes(name) ? now.filter((one) => one !== name) : [...now, name]).join(", ");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function chips(input) {
    const list = document.createElement("div");
    list.className = "convention-forms";
    for (const form of input.dataset.periodForms.split(" ")) {
      const [name, example] = form.split("=");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = example;
      button.dataset.form = button.title = name;
      button.addEventListener("click", () => toggle(input, name));
      list.append(button);
    }
    return list;
  }

  // The words of a part mean another thing for each kind
  function explain(input) {
    const kind = document.getElementById(input.id.replace(/-words$/, "-kind"));
    if (!kind || input.name.includes("__prefix__")) return;
    if (!input.dataset.explained) {
      input.dataset.explained = "1";
      const hint = document.createElement("p");
      hint.className = "convention-hint";
      hint.id = `${input.id}-hint`;
      input.setAttribute("aria-describedby", hint.id);
      input.after(hint, chips(input));
      kind.addEventListener("change", () => explain(input));
      input.addEventListener("input", () => explain(input));
    }
    const hint = document.getElementById(`${input.id}-hint`);
    hint.textContent = HINTS[kind.value] || "";
    const list = hint.nextElementSibling;
    list.hidden = kind.value !== "period";
    list.style.display = list.hidden ? "none" : "";
    input.readOnly = kind.value === "slug" || kind.value === "number";
    const chosen = words(input);
    for (const button of list.children) button.setAttribute("aria-pressed", String(chosen.includes(button.dataset.form)));
  }

  function explainAll() {
    for (const input of document.querySelectorAll("input[data-period-forms]")) explain(input);
  }

  form.addEventListener("input", (event) => {
    later();
    // A tried name is no change that one could forget to save
    if (event.target.name === "_try") event.stopPropagation();
  }, true);
  form.addEventListener("change", later);
  document.addEventListener("formset:added", () => { explainAll(); later(); });
  document.addEventListener("formset:removed", later);
  if (!strip) form.addEventListener("submit", (event) => { event.preventDefault(); refresh(); });
  explainAll();
})();
