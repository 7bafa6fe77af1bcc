// Pointing at a send, or moving to it by keyboard, marks the sends it meets.
(() => {
  const sends = new Map();
  for (const chip of document.querySelectorAll("[data-send]")) sends.set(chip.dataset.send, chip);
  for (const chip of document.querySelectorAll("[data-meets]")) {
    const met = chip.dataset.meets.trim().split(" ").map((id) => sends.get(id)).filter(Boolean);
    const mark = (on) => met.forEach((other) => other.classList.toggle("is-met", on));
    for (const name of ["mouseenter", "focusin"]) chip.addEventListener(name, () => mark(true));
    for (const name of ["mouseleave", "focusout"]) chip.addEventListener(name, () => mark(false));
  }
})();
