// Copy buttons, and links that post: [data-copy], a[data-post], form[data-busy].
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

  function post(link) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!token) return false;
    const form = document.createElement("form");
    form.method = "post";
    form.action = link.href;
    const fields = { csrfmiddlewaretoken: token.value, next: location.pathname + location.search };
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
    return true;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) { event.preventDefault(); copy(button); return; }
    const link = event.target.closest("a[data-post]");
    if (!link || link.classList.contains("tr-is-busy")) { if (link) event.preventDefault(); return; }
    if (post(link)) {
      event.preventDefault();
      link.classList.add("tr-is-busy");
      link.lastElementChild.textContent = "Checking…";
    }
  });
  document.addEventListener("submit", (event) => {
    const label = event.target.dataset.busy;
    const button = event.target.querySelector("[type=submit]");
    if (label && button) { button.disabled = true; button.textContent = label; }
  });
})();
