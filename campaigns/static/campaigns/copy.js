// Shows the buttons that copy a text, and lets them. Without it the text can still be selected.
(() => {
  "use strict";
  function byHand(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  async function copy(text) {
    // Browsers offer the clipboard on https and localhost only
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else byHand(text);
  }

  function show(root) {
    for (const button of root.querySelectorAll("[data-copy-text][hidden]")) button.hidden = false;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy-text]");
    if (!button) return;
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    await copy(button.dataset.copyText);
    button.textContent = "Copied";
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { button.textContent = before; }, 1600);
  });
  document.addEventListener("textrail:shown", (event) => show(event.target));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => show(document));
  else show(document);
})();
