// Files go in pieces, and on where they stood when the line was lost; without script, whole.
"use strict";
let busy = 0, failed;
addEventListener("beforeunload", (event) => busy && event.preventDefault());
document.querySelectorAll("[data-uploads] [type=file]").forEach((input) => {
  const { uploads, waits } = input.closest("[data-uploads]").dataset;
  const list = document.createElement("ul");
  input.before(list);
  const ask = (where, method, headers, body) => fetch(where, {
    method, body, headers: { ...headers, "X-CSRFToken": input.form.elements.csrf_token.value, Accept: "application/json" },
  });

  const send = async (file, bar, told) => {
    // The address is remembered: the same file, chosen again after a reload, goes on where it stood.
    const key = `nador ${uploads} ${file.name} ${file.size} ${file.lastModified}`;
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
    for (let pause = 500; ; pause = Math.min(pause * 2, 30000)) {
      try {
        let where = localStorage.getItem(key);
        // Where it stands is asked anew: a piece may have arrived though its answer did not.
        let answer = where && await ask(where, "HEAD");
        if (!answer?.ok) {
          answer = await ask(uploads, "POST", { "Upload-Length": file.size, "Upload-Metadata": `filename ${name}` });
          where = answer.headers.get("Location");
          if (where) localStorage.setItem(key, where);
        }
        while (answer.ok) {
          const offset = Number(answer.headers.get("Upload-Offset"));
          const piece = file.slice(offset, offset + 512 * 1024, "application/offset+octet-stream");
          answer = await ask(where, "PATCH", { "Upload-Offset": offset }, piece);
          bar.value = offset + piece.size;
          if (answer.ok && bar.value === file.size) return localStorage.removeItem(key);
        }
        if (answer.status !== 409 && answer.status < 500) throw await answer.json();
      } catch (problem) {
        if (problem.detail) throw problem;
      }
      told.textContent = waits;
      await new Promise((done) => { setTimeout(done, pause); });
    }
  };

  const upload = async (file) => {
    const [line, name, bar, told] = ["li", "bdi", "progress", "output"].map((tag) => document.createElement(tag));
    name.textContent = file.name;
    bar.max = file.size;
    line.append(name, bar, told);
    list.append(line);
    try {
      await send(file, bar, told);
    } catch (problem) {
      failed = true;
      bar.remove();
      told.className = "errmsg";
      told.textContent = problem.detail;
    }
  };

  input.onchange = async () => {
    const files = [...input.files];
    input.value = "";
    if (!busy++) failed = false;
    for (const file of files) await upload(file);
    busy--;
    if (!busy && !failed && input.form.dispatchEvent(new Event("uploaded", { cancelable: true }))) location.reload();
  };
});
