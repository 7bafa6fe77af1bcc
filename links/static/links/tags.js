// Tags that other links have, offered as buttons below the field: those that fit what is typed.
(() => {
  "use strict";
  const SHOWN = 12;

  function parts(input) {
    return input.value.split(/[,;|]/).map((part) => part.trim()).filter(Boolean);
  }

  function typed(input) {
    return /[,;|]\s*$/.test(input.value) || !input.value.trim() ? "" : parts(input).at(-1).toLowerCase();
  }

  function refresh(input, box) {
    const taken = new Set(parts(input).map((part) => part.toLowerCase()));
    const start = typed(input);
    let shown = 0;
    for (const button of box.querySelectorAll("[data-tag]")) {
      const tag = button.dataset.tag;
      button.hidden = (taken.has(tag) && tag !== start) || !tag.includes(start) || tag === start || shown >= SHOWN;
      if (!button.hidden) shown += 1;
    }
    box.hidden = shown === 0;
  }

  function take(input, tag) {
    const kept = parts(input);
    if (typed(input)) kept.pop();
    input.value = [...kept, tag, ""].join(", ");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }

  function start() {
    for (const box of document.querySelectorAll("[data-tags-for]")) {
      const input = document.getElementById(box.dataset.tagsFor);
      if (!input) continue;
      input.addEventListener("input", () => refresh(input, box));
      box.addEventListener("click", (event) => {
        const button = event.target.closest("[data-tag]");
        if (button) take(input, button.dataset.tag);
      });
      refresh(input, box);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
