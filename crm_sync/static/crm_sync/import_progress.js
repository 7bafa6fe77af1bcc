// Shows how far an import is while it runs. Without this script the form simply posts.
(() => {
  const form = document.getElementById("import-form");
  const box = document.getElementById("import-progress");
  const bar = box.querySelector("progress");
  const text = box.querySelector("p");

  const look = async () => {
    const answer = await fetch(form.dataset.progress, { credentials: "same-origin" });
    if (!answer.ok) return;
    const { done, total } = await answer.json();
    if (!total) return;
    bar.max = total;
    bar.value = done;
    text.textContent = `${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} rows …`;
  };

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "import") return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    box.hidden = false;
    const timer = setInterval(() => look().catch(() => {}), 500);
    try {
      const answer = await fetch(window.location.href, { method: "POST", body, credentials: "same-origin" });
      if (answer.redirected) {
        window.location.assign(answer.url);
        return;
      }
      document.open();
      document.write(await answer.text());
      document.close();
    } catch {
      text.textContent = "The connection broke off. Look under “Sync runs” whether the import was finished.";
    } finally {
      clearInterval(timer);
    }
  });
})();
