// The link linter: shows that it works, leads to the result, sends a long paste as a file.
(() => {
  "use strict";
  const form = document.getElementById("lint-form");
  if (!form) return;
  const button = form.querySelector("button[type=submit]");
  const busy = form.querySelector(".lint-busy");
  // Servers refuse form fields that are larger than this; files may be larger
  const LONGEST_FIELD = 1000000;

  function show(isBusy) {
    button.disabled = isBusy;
    busy.hidden = !isBusy;
  }

  form.addEventListener("submit", () => {
    const text = form.elements.text;
    const file = form.elements.file;
    if (text.value.length > LONGEST_FIELD && !file.files.length) {
      const carrier = new DataTransfer();
      carrier.items.add(new File([text.value], "pasted.txt", { type: "text/plain" }));
      file.files = carrier.files;
      text.value = "";
    }
    show(true);
  });
  // Coming back with the browser's button finds the form as it was left
  window.addEventListener("pageshow", () => show(false));

  const result = document.getElementById("lint-result");
  if (result) result.focus();
  const wrong = form.querySelector(".errors textarea, .errors input, .errors select");
  if (wrong) wrong.focus();
})();
