// The gradebook's keys: arrows go up and down a column, and a changed mark is saved at once.
// Without this file the page's Save button keeps everything.
"use strict";
(() => {
  const form = document.getElementById("ed");
  const told = document.getElementById("saved");
  if (!form || !told) return;
  const hidden = (name, input) => form.elements.namedItem(name + input.name.slice(1));
  const tell = (text) => { told.textContent = text; };

  const refuse = (input, problem) => {
    input.setAttribute("aria-invalid", "true");
    tell(`${form.dataset.unsaved} ${input.getAttribute("aria-label")}. ${problem.detail || ""}`);
  };

  const save = async (input) => {
    const body = new URLSearchParams({
      csrf_token: form.elements.csrf_token.value,
      value: input.value,
      version: hidden("v", input).value,
      reason: form.elements.reason.value,
    });
    const sent = input.value;
    try {
      const answer = await fetch(input.dataset.url, {
        method: "POST", body, headers: { Accept: "application/json" },
      });
      const kept = await answer.json();
      if (!answer.ok) return refuse(input, kept);
      hidden("v", input).value = kept.version;
      hidden("b", input).value = sent;
      input.removeAttribute("aria-invalid");
      tell(`${form.dataset.saved} ${input.getAttribute("aria-label")}: ${sent || "–"}`);
    } catch {
      refuse(input, {});
    }
  };

  const step = (input, by) => {
    const column = [...document.querySelectorAll(`input[data-column="${input.dataset.column}"]`)];
    const next = column[column.indexOf(input) + by];
    if (next) { next.focus(); next.select(); }
  };

  const marks = (event) => event.target.matches("input.mark") && event.target;
  const keys = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

  document.addEventListener("change", (event) => {
    const input = marks(event);
    if (input) save(input);
  });
  document.addEventListener("keydown", (event) => {
    const input = marks(event);
    if (!input || !(event.key in keys) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(input, keys[event.key]);
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("input.mark[aria-invalid]") && !form.dataset.sent) event.preventDefault();
  });
  form.addEventListener("submit", () => { form.dataset.sent = "yes"; });
})();
