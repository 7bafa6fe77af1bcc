// Renews how far a rebuild is until it is finished; then the page itself, whose button is of no
// more use. A lost answer is asked for again.
(() => {
  const place = document.querySelector("[data-rebuild]");
  const isOpen = () => place && !place.querySelector("[data-finished]");
  async function renew() {
    try {
      const answer = await fetch(place.dataset.rebuild, { credentials: "same-origin" });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch { /* the next round may get through */ }
    if (isOpen()) setTimeout(renew, 1500);
    else window.location.reload();
  }
  if (isOpen()) setTimeout(renew, 1500);
})();
