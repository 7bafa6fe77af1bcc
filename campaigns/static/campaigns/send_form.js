// Fills a field with the suggestion beside its error, counts a text's segments while it is
// written, and copies a key. The same counting rules as campaigns/sms_text.py.
(() => {
  "use strict";
  const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const ESCAPED = new Set("^{}\\[~]|€\f");
  const LINK = "x".repeat(36);

  function pack(sizes, alone, inParts) {
    const all = sizes.reduce((sum, size) => sum + size, 0);
    if (all <= alone) return all ? 1 : 0;
    let count = 1, used = 0;
    for (const size of sizes) {
      if (used + size > inParts) { count += 1; used = 0; }
      used += size;
    }
    return count;
  }

  function describe(body) {
    const letters = [...body.replaceAll("{link}", LINK)];
    const foreign = [...new Set(letters.filter((one) => !BASIC.has(one) && !ESCAPED.has(one)))];
    const plain = letters.filter((one) => BASIC.has(one) || ESCAPED.has(one));
    const gsm = pack(plain.map((one) => (ESCAPED.has(one) ? 2 : 1)), 160, 153);
    const word = (n) => `${n} segment${n === 1 ? "" : "s"}`;
    const link = body.includes("{link}") ? "" : " · no {link} yet";
    if (!foreign.length) return `${letters.length} characters with the link, ${word(gsm)}${link}`;
    const ucs = pack(letters.map((one) => one.length), 70, 67);
    const cost = ucs > gsm ? `; ${word(gsm)} without` : "";
    return `${word(ucs)}, Unicode because of ${foreign.slice(0, 5).join(" ")}${cost}${link}`;
  }

  function watch(area) {
    if (area.dataset.watched) return;
    area.dataset.watched = "1";
    const note = document.createElement("p");
    note.className = "plan-segments";
    note.setAttribute("aria-live", "polite");
    area.insertAdjacentElement("afterend", note);
    const show = () => { note.textContent = area.value ? describe(area.value) : ""; };
    area.addEventListener("input", show);
    show();
  }

  function watchAll() {
    for (const area of document.querySelectorAll("textarea[data-segments]")) {
      if (!area.name.includes("__prefix__")) watch(area);
    }
  }

  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      const input = document.getElementById(fill.dataset.fill);
      if (input) {
        input.value = fill.dataset.value;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        input.focus();
      }
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const text = document.getElementById(copy.dataset.copy).textContent;
      navigator.clipboard.writeText(text).then(() => { copy.textContent = "Copied"; });
    }
  });
  document.addEventListener("formset:added", watchAll);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watchAll);
  else watchAll();
})();
