// Says that a report is being worked out, and closes a menu when one presses beside it.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-works]");
    if (!form) return;
    form.setAttribute("aria-busy", "true");
    // Fast answers need no words
    setTimeout(() => { form.querySelector("[data-working]").hidden = false; }, 600);
  });
  // Coming back by the browser's button shows the page as it was left
  window.addEventListener("pageshow", () => {
    for (const words of document.querySelectorAll("[data-working]")) words.hidden = true;
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".rp-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
})();
