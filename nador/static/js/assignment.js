// A draft that saves itself. Without this file the page's buttons save it.
"use strict";
(() => {
  const form = document.getElementById("work");
  if (!form) return;
  const { elements: { text, seen, csrf_token: token }, dataset } = form;
  const told = document.getElementById("saved");
  let dirty, busy, timer;

  const save = async () => {
    if (busy || !dirty) return;
    busy = true;
    for (let pause = 1000; dirty; pause = Math.min(pause * 2, 30000)) {
      dirty = false;
      try {
        const answer = await fetch(dataset.text, {
          method: "PUT",
          headers: { "X-CSRFToken": token.value, Accept: "application/json" },
          body: new URLSearchParams({ text: text.value, seen: seen.value }),
        });
        const kept = await answer.json();
        if (!answer.ok) {
          dirty = true;
          told.textContent = answer.status === 409 ? dataset.moved : kept.detail;
          break;
        }
        seen.value = kept.sequence;
        told.textContent = `${dataset.saved} ${kept.saved_at}`;
      } catch {
        dirty = true;
        told.textContent = dataset.unsaved;
        await new Promise((done) => { setTimeout(done, pause); });
      }
    }
    busy = false;
  };

  form.oninput = (event) => {
    if (event.target !== text) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  };
  form.addEventListener("uploaded", async (event) => {
    event.preventDefault();
    await save();
    if (!dirty) location.reload();
  });
  form.onsubmit = () => { dirty = false; };
  ononline = save;
  onbeforeunload = (event) => { if (dirty) event.preventDefault(); };
})();
