// An attempt at a quiz: each answer is sent as it changes, kept here until the server has it, and sent again.
// Without this file the page's buttons save everything. The time is the server's: no clock of ours counts.
"use strict";
(() => {
  const quiz = document.getElementById("quiz");
  if (!quiz) return;
  const { url, saved, unsaved, late, stale } = quiz.dataset;
  const token = quiz.dataset.token || quiz.elements.csrf_token.value;
  const store = `nador${url}`;
  const places = new Map([...quiz.querySelectorAll("[data-position]")].map((p) => [p.dataset.position, p]));
  const typing = new Map();
  const sending = new Set();
  let pause = 2;
  let wait;

  // What the server has not acknowledged, by question: {sequence, body}.
  let pending = {};
  try { pending = JSON.parse(localStorage.getItem(store)) || {}; } catch { /* a private window keeps nothing */ }
  const keep = () => {
    try {
      if (Object.keys(pending).length) localStorage.setItem(store, JSON.stringify(pending));
      else localStorage.removeItem(store);
    } catch { /* full or forbidden: what is on the page is still sent */ }
  };
  const tell = (at, text) => {
    const line = (places.size ? places.get(at) : quiz)?.querySelector("[role=status]");
    if (line && text) line.textContent = text;
  };
  const own = (at) => [...quiz.elements].filter((e) => e.name.startsWith(`q${at}-`));
  const hasFiles = (at) => own(at).some((e) => e.type === "file" || e.name === `q${at}-keep`);

  const change = (at) => {
    clearTimeout(typing.get(at));
    typing.delete(at);
    const body = [...new FormData(quiz)].filter(([name]) => name.startsWith(`q${at}-`));
    const last = Math.max(places.get(at).dataset.sequence, pending[at] ? pending[at].sequence : 0);
    pending[at] = { sequence: last + 1, body };
    keep();
    send(at);
  };

  const later = () => {
    clearTimeout(wait);
    wait = setTimeout(() => Object.keys(pending).forEach(send), pause * 1000);
    pause = Math.min(pause * 2, 30);
  };

  const send = async (at) => {
    const one = pending[at];
    if (!one || one.refused || sending.has(at)) return;
    sending.add(at);
    let answer, told;
    try {
      answer = await fetch(`${url}/answers/${at}`, {
        method: "POST",
        body: new URLSearchParams([["csrf_token", token], ["sequence", one.sequence], ...one.body]),
        headers: { Accept: "application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(20000),
      });
      // Signed out, or anything else that is no word about this answer: it stays here and is sent again.
      if (![200, 409, 413, 422].includes(answer.status)) throw answer.status;
      told = await answer.json();
    } catch {
      sending.delete(at);
      tell(at, unsaved);
      return later();
    }
    sending.delete(at);
    pause = 2;
    took(at, one, answer, told);
    if (pending[at]) send(at);
    else if (over) leave();
  };

  const took = (at, one, answer, told) => {
    const newest = pending[at] === one;
    if (told.sequence !== undefined && places.has(at)) {
      places.get(at).dataset.sequence = told.sequence;
      quiz.elements[`s${at}`].value = told.sequence;
      if (newest) quiz.elements[`w${at}`].value = "";
      if (told.left !== null) left(told.left);
    }
    if (answer.status === 422 || answer.status === 413) {
      // Typing on makes another one; this one would be refused again.
      one.refused = true;
      return tell(at, answer.status === 413 ? told.title : told.detail);
    }
    if (newest) delete pending[at];
    keep();
    if (answer.status === 409) return tell(at, stale);
    if (told.outcome === "late") return tell(at, late);
    if (newest && saved && told.saved_at) tell(at, saved.replace("§", told.saved_at));
  };

  // The time that is left, counted from what the server says.
  const shown = quiz.querySelector("[data-left]");
  let end = Infinity;
  let over = false;
  const left = (seconds) => { end = performance.now() + seconds * 1000; };
  const leave = () => { if (!Object.values(pending).some((one) => !one.refused)) document.getElementById("over").submit(); };
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds || over || !document.getElementById("over")) return;
    over = true;
    typing.forEach((_, at) => change(at));
    leave();
  };
  if (shown) { left(+shown.dataset.left); tick(); setInterval(tick, 1000); }

  const fill = (at) => {
    own(at).forEach((e) => { if (e.type === "radio" || e.type === "checkbox") e.checked = false; else if (e.type !== "file") e.value = ""; });
    pending[at].body.forEach(([name, value]) => {
      own(at).filter((e) => e.name === name).forEach((e) => {
        if (e.type === "radio" || e.type === "checkbox") e.checked = e.checked || e.value === value;
        else e.value = value;
      });
    });
  };
  Object.keys(pending).forEach((at) => {
    delete pending[at].refused;
    if (places.has(at) && pending[at].sequence > places.get(at).dataset.sequence) fill(at);
    send(at);
  });

  const place = (event) => {
    const box = event.target.closest("[data-position]");
    return box && !hasFiles(box.dataset.position) && box.dataset.position;
  };
  quiz.addEventListener("input", (event) => {
    const at = place(event);
    if (!at) return;
    clearTimeout(typing.get(at));
    typing.set(at, setTimeout(change, 1000, at));
  });
  quiz.addEventListener("change", (event) => { const at = place(event); if (at) change(at); });
  quiz.addEventListener("submit", () => {
    // The form carries everything: it must count as newer than what is still under way.
    typing.forEach((_, at) => change(at));
    Object.keys(pending).filter((at) => places.has(at)).forEach((at) => {
      quiz.elements[`s${at}`].value = pending[at].sequence;
      quiz.elements[`w${at}`].value = "";
    });
  });
  addEventListener("online", () => { pause = 2; Object.keys(pending).forEach(send); });
})();
