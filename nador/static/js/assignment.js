// A draft that saves itself, and files that come in pieces and go on after a lost line.
// Without this file the page's buttons do both.
"use strict";
(() => {
  const form = document.getElementById("work");
  if (!form) return;
  const text = form.elements.text;
  const seen = form.elements.seen;
  const told = document.getElementById("saved");
  const headers = () => ({ "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" });
  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
  let dirty = false;
  let busy = false;

  const save = async () => {
    if (busy || !dirty) return;
    busy = true;
    for (let pause = 1000; dirty; pause = Math.min(pause * 2, 30000)) {
      dirty = false;
      try {
        const answer = await fetch(form.dataset.text, {
          method: "PUT", headers: headers(), body: new URLSearchParams({ text: text.value, seen: seen.value }),
        });
        const kept = await answer.json();
        if (!answer.ok) {
          dirty = true;
          told.textContent = answer.status === 409 ? form.dataset.moved : kept.detail;
          break;
        }
        seen.value = kept.sequence;
        told.textContent = `${form.dataset.saved} ${kept.saved_at}`;
      } catch {
        dirty = true;
        told.textContent = form.dataset.unsaved;
        await wait(pause);
      }
    }
    busy = false;
  };

  let timer;
  if (text) text.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  });

  const send = async (where, file, bar) => {
    for (let offset = 0, pause = 1000; ; pause = Math.min(pause * 2, 30000)) {
      try {
        // Where it stands is asked anew: a piece may have arrived though its answer did not.
        const head = await fetch(where, { method: "HEAD", headers: headers() });
        offset = Number(head.headers.get("Upload-Offset"));
        for (;;) {
          const answer = await fetch(where, {
            method: "PATCH",
            headers: { ...headers(), "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset },
            body: file.slice(offset, offset + 512 * 1024),
          });
          if (answer.status === 409 || answer.status >= 500) break;
          if (!answer.ok) throw await answer.json();
          offset = bar.value = Number(answer.headers.get("Upload-Offset"));
          pause = 500;
          if (offset >= file.size) return;
        }
      } catch (problem) {
        if (problem.detail) throw problem;
      }
      told.textContent = form.dataset.waits;
      await wait(pause);
    }
  };

  // The address is remembered: the same file, chosen again after a reload, goes on where it stood.
  const begin = async (file) => {
    const key = `nador ${form.dataset.uploads} ${file.name} ${file.size} ${file.lastModified}`;
    const known = localStorage.getItem(key);
    if (known && (await fetch(known, { method: "HEAD" })).ok) return known;
    const bytes = String.fromCharCode(...new TextEncoder().encode(file.name));
    const begun = await fetch(form.dataset.uploads, {
      method: "POST",
      headers: { ...headers(), "Upload-Length": file.size, "Upload-Metadata": `filename ${btoa(bytes)}` },
    });
    if (!begun.ok) throw await begun.json();
    localStorage.setItem(key, begun.headers.get("Location"));
    return begun.headers.get("Location");
  };

  const upload = async (file) => {
    const line = document.createElement("li");
    const name = document.createElement("bdi");
    const bar = document.createElement("progress");
    name.textContent = file.name;
    bar.max = file.size;
    bar.value = 0;
    line.append(name, bar);
    document.getElementById("uploads").append(line);
    try {
      await send(await begin(file), file, bar);
      return true;
    } catch (problem) {
      const said = document.createElement("p");
      said.className = "errmsg";
      said.setAttribute("role", "alert");
      said.textContent = problem.detail || form.dataset.unsaved;
      bar.replaceWith(said);
      return false;
    }
  };

  const input = form.elements.files;
  if (input) input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    let all = true;
    for (const file of files) all = await upload(file) && all;
    if (!all) return;
    await save();
    if (!dirty) location.reload();
  });

  addEventListener("online", save);
  addEventListener("beforeunload", (event) => { if (dirty && !form.dataset.sent) event.preventDefault(); });
  form.addEventListener("submit", () => { form.dataset.sent = "yes"; });
})();
