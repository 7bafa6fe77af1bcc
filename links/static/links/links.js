// Copy buttons ([data-copy]) and forms that say that they are at work (form[data-busy]).
(() => {
  if (window.textrailLinks) return; // the panel may stand on a page more than once
  window.textrailLinks = true;

  async function copy(button) {
    const label = button.querySelector("[data-copy-label]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // Without https there is no clipboard: select the text, so that one key copies it.
      const code = button.parentElement.querySelector("code");
      if (code) getSelection().selectAllChildren(code);
      if (label) label.textContent = "Selected";
      return;
    }
    if (!label) return;
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) { event.preventDefault(); copy(button); }
  });
  document.addEventListener("submit", (event) => {
    const label = event.target.dataset.busy;
    const button = event.target.querySelector("[type=submit]");
    if (label && button) { button.disabled = true; button.textContent = label; } // after the submit
  });
})();
