// Renews the state of a send's audience while an upload is added. Without it, a reload does.
(() => {
  const box = document.querySelector("[data-audience-state]");
  if (!box || box.dataset.watched) return;
  box.dataset.watched = "yes";
  const isRunning = () => box.querySelector("[data-running=yes]") !== null;

  async function look() {
    try {
      const answer = await fetch(box.dataset.audienceState, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) box.innerHTML = await answer.text();
    } catch {
      // The connection broke off: the next look tries again
    }
    if (isRunning()) setTimeout(look, 700);
  }

  if (isRunning()) setTimeout(look, 300);
})();
