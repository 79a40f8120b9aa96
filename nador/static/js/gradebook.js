// Arrows go up and down a column; a changed mark is saved at once.
"use strict";
(() => {
  const form = document.getElementById("ed");
  const told = document.getElementById("saved");
  if (!form || !told) return;
  const { elements, dataset } = form;
  const hidden = (name, input) => elements[name + input.name.slice(1)];

  const save = async (input) => {
    const sent = input.value, name = input.getAttribute("aria-label");
    let kept = {}, fine = false;
    try {
      const answer = await fetch(input.dataset.url, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({
          csrf_token: elements.csrf_token.value,
          value: sent,
          version: hidden("v", input).value,
          reason: elements.reason.value,
        }),
      });
      kept = await answer.json();
      fine = answer.ok;
    } catch { /* not saved, and that is said */ }
    input.setAttribute("aria-invalid", !fine);
    if (fine) {
      hidden("v", input).value = kept.version;
      hidden("b", input).value = sent;
    }
    told.textContent = fine ? `${dataset.saved} ${name}: ${sent || "–"}` : `${dataset.unsaved} ${name}. ${kept.detail || ""}`;
  };

  const step = (input, by) => {
    const column = [...document.querySelectorAll(`[data-column="${input.dataset.column}"]`)];
    const next = column[column.indexOf(input) + by];
    next?.focus();
    next?.select();
  };

  const isMark = ({ target }) => target.matches("input.mark");
  const keys = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };
  onchange = (event) => isMark(event) && save(event.target);
  onkeydown = (event) => {
    if (!isMark(event) || !keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(event.target, keys[event.key]);
  };
  onbeforeunload = (event) => {
    if (document.querySelector("input.mark[aria-invalid=true]")) event.preventDefault();
  };
  form.onsubmit = () => { onbeforeunload = null; };
})();
