// Marking by keys; drafts save themselves.
"use strict";
(() => {
  const form = document.getElementById("marking");
  if (!form) return;
  const { elements, dataset: { draft, failed } } = form;
  const [told, total] = ["saved", "total"].map((id) => document.getElementById(id));
  const all = (within, selector) => [...within.querySelectorAll(selector)];
  const criteria = all(form, "[data-criterion]");
  let dirty, sent, timer, last = Promise.resolve();

  const tell = (text, look) => { told.textContent = text; told.className = `tag ${look}`; };
  const send = async () => {
    if (!dirty || !draft) return;
    dirty = false;
    try {
      const answer = await fetch(draft, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" },
      });
      const kept = await answer.json();
      if (!answer.ok) throw Error(kept.detail);
      elements.version.value = kept.version;
      if (total) total.textContent = kept.value;
      tell(kept.said, "ok");
    } catch (error) {
      const away = error instanceof TypeError;
      dirty = true;
      tell(away ? failed : error.message, "bad");
      if (away) later(5000);
    }
  };
  const save = () => (last = last.then(send));
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  form.oninput = () => { dirty = true; later(700); };
  form.onsubmit = (event) => {
    dirty = false;
    clearTimeout(timer);
    if (sent) return;
    sent = true;
    // A draft under way changes the version.
    event.preventDefault();
    setTimeout(() => last.then(() => form.requestSubmit(event.submitter)));
  };
  onbeforeunload = (event) => { if (dirty) event.preventDefault(); };

  const at = () => criteria.findIndex((one) => one.contains(document.activeElement));
  const reach = (one) => one && (one.querySelector(":checked") || one.querySelector("input")).focus();
  const go = (rel) => save().then(() => document.querySelector(`a[rel=${rel}]`)?.click());
  const level = (digit) => {
    const place = Math.max(at(), 0);
    const field = criteria[place] && all(criteria[place], "[type=radio]")[digit - 1];
    if (!field) return;
    field.click();
    reach(criteria[place + 1] || criteria[place]);
  };
  const keys = {
    j: () => go("next"),
    k: () => go("prev"),
    c: () => reach(criteria[(at() + 1) % criteria.length]),
    m: () => reach(criteria[0] || form.querySelector(".dock")),
    t: () => elements.comment.focus(),
    "?": () => all(form, "summary").pop().click(),
  };
  onkeydown = (event) => {
    const { key, target } = event;
    if (event.ctrlKey && key === "Enter") form.querySelector("[value=final]").click();
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (target.matches("textarea, select, input:not([type=radio])")) {
      if (key === "Escape") target.blur();
      return;
    }
    const act = keys[key.toLowerCase()] || (key > 0 && (() => level(key)));
    if (act) { event.preventDefault(); act(); }
  };
})();
