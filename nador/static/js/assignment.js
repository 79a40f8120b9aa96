// A draft that saves itself; without script, a button does.
"use strict";
(() => {
  const form = document.getElementById("work");
  if (!form) return;
  const { elements: { text, seen, csrf_token: token }, dataset } = form;
  const told = document.getElementById("saved");
  // Dirty while under way, too.
  let dirty, saving, timer;

  const sendText = async () => {
    for (let pause = 1000; dirty; pause = Math.min(pause * 2, 30000)) {
      try {
        const sent = text.value;
        const answer = await fetch(dataset.text, {
          method: "PUT",
          headers: { "X-CSRFToken": token.value, Accept: "application/json" },
          body: new URLSearchParams({ text: sent, seen: seen.value }),
        });
        const kept = await answer.json();
        if (!answer.ok) {
          told.textContent = kept.code === "submission_text_moved" ? dataset.moved : kept.detail;
          return;
        }
        seen.value = kept.sequence;
        told.textContent = `${dataset.saved} ${kept.saved_at}`;
        dirty = text.value !== sent;
      } catch {
        told.textContent = dataset.unsaved;
        await new Promise((done) => { setTimeout(done, pause); });
      }
    }
  };
  const save = () => (saving ??= sendText().finally(() => { saving = undefined; }));

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
