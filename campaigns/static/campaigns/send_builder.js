// Asks the server, while a send's form is filled in, what the send will be, and puts each answer
// in its place. Nothing is judged or counted here; without this script the page is the same when
// it is saved.
function startSendBuilder() {
  "use strict";
  const WAIT = 250;
  const RETRY = 5000;
  const OFFLINE = "The preview is paused: the server cannot be reached. What you typed is kept, and it goes on by itself.";
  const SIGNED_OUT = "The preview is paused: you were signed out. Sign in again in another tab; what you typed is kept.";

  const place = document.getElementById("send-builder");
  const form = place && place.closest("form");
  if (!form) return;
  form.classList.add("is-live");

  let timer = 0;
  let asking = null;
  let edited = "";
  const touched = new Set();

  // Asking

  function schedule(wait = WAIT) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  async function ask() {
    if (asking) asking.abort();
    const mine = new AbortController();
    const cause = edited;
    asking = mine;
    try {
      const answer = await fetch(place.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "XMLHttpRequest" },
        signal: mine.signal,
      });
      if (!(answer.headers.get("Content-Type") || "").includes("json")) {
        say(answer.redirected || answer.status === 403 ? SIGNED_OUT : OFFLINE);
        return;
      }
      show(await answer.json(), cause);
      say("");
    } catch (error) {
      if (error.name === "AbortError") return;
      say(OFFLINE);
      schedule(RETRY);
    } finally {
      if (asking === mine) asking = null;
    }
  }

  function say(text) {
    if (place.textContent !== text) place.textContent = text;
  }

  // Showing

  function show(answer, cause) {
    for (const [id, html] of Object.entries(answer.slots)) put(id, html);
    for (const [id, text] of Object.entries(answer.placeholders)) {
      const input = document.getElementById(id);
      if (input) input.placeholder = text;
    }
    for (const [id, values] of Object.entries(answer.options)) offer(id, values);
    if (cause === "name") fillParts(answer.parts);
    if (cause === "parts" && answer.name) setQuietly("id_utm_campaign", answer.name);
    if (cause === "channel") {
      if (edited === cause) edited = "";
      if (startOver(answer.starters)) schedule(0);
    }
    dropOldErrors(answer.slots);
  }

  // Replaces a place's content only where it differs; focus and an open address stay as they were.
  function put(id, html) {
    const slot = document.getElementById(id);
    if (!slot || slot.dataset.shown === html) return;
    const stops = () => [...slot.querySelectorAll("a, button, summary")];
    const focused = stops().indexOf(document.activeElement);
    const isOpen = slot.querySelector("details")?.open;
    slot.innerHTML = html;
    slot.dataset.shown = html;
    if (isOpen) slot.querySelector("details")?.setAttribute("open", "");
    if (focused >= 0) stops()[focused]?.focus({ preventScroll: true });
  }

  function offer(id, values) {
    const list = document.getElementById(id);
    if (!list || !values.length) return;
    list.replaceChildren(...values.map((value) => new Option("", value)));
  }

  function setQuietly(id, value) {
    const input = document.getElementById(id);
    if (input && input !== document.activeElement) input.value = value;
  }

  // What was said of a value when the form was sent is gone once the value is another, or is
  // said again beside it.
  function dropOldErrors(slots) {
    for (const list of form.querySelectorAll(".field-line .errorlist")) {
      const line = list.closest(".field-line");
      const place = line.querySelector("[id$='-verdict']") || versionVerdict(line);
      const isNew = [...line.querySelectorAll("[id]")].some((field) => touched.has(field.id));
      if (!isNew && !(place && slots[place.id])) continue;
      list.parentElement.remove();
      line.classList.remove("errors");
    }
  }

  function versionVerdict(line) {
    const isJudged = line.matches(".field-utm_content, .field-share");
    return isJudged && line.closest(".sb-version").querySelector("[id$='-verdict']");
  }

  // The parts of the name

  function chosenParts() {
    const channel = document.getElementById("id_channel");
    return channel && form.querySelector(`.sb-parts[data-channel="${CSS.escape(channel.value)}"]`);
  }

  function compose(group) {
    const texts = [...group.querySelectorAll(".sb-input")].map((field) => field.value);
    const name = document.getElementById("id_utm_campaign");
    name.value = texts.filter(Boolean).join(group.dataset.separator);
    touched.add(name.id);
  }

  function fillParts(parts) {
    for (const [name, text] of Object.entries(parts)) setQuietly(`id_${name}`, text);
  }

  // Lower case and hyphens are what every convention asks for, so nobody has to think of them.
  function tidy(field) {
    const tidied = field.value.toLowerCase().replace(/\s+/g, "-");
    if (tidied === field.value) return;
    const caret = field.selectionStart;
    field.value = tidied;
    field.setSelectionRange(caret, caret);
  }

  // Fields that still hold another channel's value start with the new channel's.
  function startOver(starters) {
    let changed = false;
    for (const [id, value] of Object.entries(starters)) {
      const input = document.getElementById(id);
      const options = document.getElementById(`${id}_options`);
      const fits = options && [...options.options].some((option) => option.value === input.value);
      if (!input || fits || input.value === value) continue;
      input.value = value;
      touched.add(id);
      changed = true;
    }
    return changed;
  }

  // The versions and their shares

  const shares = () => [...form.querySelectorAll("input[name$='-share']")].filter((input) => {
    const row = input.closest(".form-group");
    return !input.name.includes("__prefix__") && !row.querySelector(".delete:checked");
  });

  function areEven(inputs) {
    const values = inputs.map((input) => Number(input.value));
    return !values.length || Math.max(...values) - Math.min(...values) <= 1;
  }

  function shareEvenly() {
    const inputs = shares();
    inputs.forEach((input, index) => {
      const more = index < 100 % inputs.length ? 1 : 0;
      input.value = Math.floor(100 / inputs.length) + more;
      touched.add(input.id);
    });
    schedule(0);
  }

  function keepEven(wereEven) {
    if (wereEven) shareEvenly();
    else schedule(0);
  }

  // unfold's script moves rows by their HTML, in which typed values do not stand: write them there.
  function keepTyped() {
    for (const field of form.querySelectorAll(".sb-versions input, .sb-versions textarea")) {
      if (field.type === "checkbox") field.toggleAttribute("checked", field.checked);
      else if (field.tagName === "TEXTAREA") field.defaultValue = field.value;
      else field.setAttribute("value", field.value);
    }
  }

  function replaceLetter(button) {
    const slot = button.closest("[id$='-preview']");
    const area = document.getElementById(`id_${slot.id.replace("-preview", "-body")}`);
    area.value = area.value.replaceAll(button.dataset.replace, button.dataset.plain);
    area.focus();
    schedule(0);
  }

  // Listening

  form.addEventListener("input", (event) => {
    const field = event.target;
    touched.add(field.id);
    if (field.classList.contains("sb-input")) {
      edited = "parts";
      if (field.tagName === "INPUT") tidy(field);
      compose(field.closest(".sb-parts"));
    } else if (field.id === "id_utm_campaign") {
      edited = "name";
    } else if (field.id === "id_channel") {
      edited = "channel";
    }
    schedule();
  });
  form.addEventListener("change", (event) => {
    if (event.target.id === "id_channel") {
      edited = "channel";
      const group = chosenParts();
      const isFilled = group && [...group.querySelectorAll(".sb-input")].some((field) => field.value);
      if (isFilled) compose(group);
      schedule(0);
    } else if (event.target.classList.contains("delete")) {
      const others = shares().filter((input) => !event.target.closest(".form-group").contains(input));
      keepEven(areEven(others));
    } else {
      schedule();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest(".add-row, .delete-template")) keepTyped();
  }, true);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-replace], [data-share-evenly]");
    if (!button) return;
    if ("shareEvenly" in button.dataset) shareEvenly();
    else replaceLetter(button);
  });
  // The event after which unfold's script leaves the new row alone.
  form.addEventListener("formset:added", (event) => {
    const row = event.target.closest(".form-group");
    const added = row.querySelector("input[name$='-share']");
    keepEven(areEven(shares().filter((input) => input !== added)));
    row.querySelector("textarea")?.focus();
  });
  document.addEventListener("formset:removed", () => keepEven(areEven(shares())));
  // A calendar's or a list's choice changes fields without an event of its own.
  document.addEventListener("click", (event) => {
    if (event.target.closest(".calendarbox, .clockbox, .datetimeshortcuts")) schedule();
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startSendBuilder);
else startSendBuilder();
