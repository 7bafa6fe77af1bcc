// Renews a run of checks until it is finished. A lost answer is asked for again.
(() => {
  const place = document.querySelector("[data-check-run]");
  async function renew() {
    try {
      const answer = await fetch(place.dataset.checkRun, { credentials: "same-origin" });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch { /* the next round may get through */ }
    if (!place.querySelector("[data-finished]")) setTimeout(renew, 1500);
  }
  if (place && !place.querySelector("[data-finished]")) setTimeout(renew, 1500);
})();
