// A quiz: each answer is sent as it changes, kept here until the server has it. The time is the server's.
"use strict";
(() => {
  const quiz = document.getElementById("quiz");
  if (!quiz) return;
  const { url, saved, unsaved, late, stale, token = quiz.elements.csrf_token.value } = quiz.dataset;
  const store = `nador${url}`;
  const typing = new Map();
  const sending = new Set();
  let pause = 2, wait;

  // What the server has not acknowledged, by question: {sequence, body}; of this tab and others.
  const kept = () => JSON.parse(localStorage.getItem(store)) || {};
  let pending = {};
  try { pending = kept(); } catch { /* private */ }
  const keep = (at) => {
    try { localStorage.setItem(store, JSON.stringify({ ...kept(), [at]: pending[at] })); } catch { /* full: still sent */ }
  };
  const tell = (at, text) => {
    const line = quiz.querySelector(`[data-position="${at}"] [role=status], #quiz > [role=status]`);
    if (line && text) line.textContent = text;
  };
  const known = (at) => quiz.elements?.[`s${at}`];
  // Without its digest an answer counts as touched.
  const stamp = (at, sequence) => {
    known(at).value = sequence;
    quiz.elements[`w${at}`].value = "";
  };

  const change = (at) => {
    clearTimeout(typing.get(at));
    typing.delete(at);
    const body = [...new FormData(quiz)].filter(([name]) => name.startsWith(`q${at}-`));
    pending[at] = { sequence: Math.max(known(at).value, pending[at]?.sequence ?? 0) + 1, body };
    keep(at);
    send(at);
  };

  const flush = () => typing.forEach((_, at) => change(at));
  const sendAll = () => Object.keys(pending).forEach(send);

  const later = () => {
    clearTimeout(wait);
    wait = setTimeout(sendAll, pause * 1000);
    pause = Math.min(pause * 2, 30);
  };

  const send = async (at) => {
    const one = pending[at];
    if (!one || one.refused || sending.has(at)) return;
    sending.add(at);
    let answer, told;
    try {
      const body = new URLSearchParams([["csrf_token", token], ["sequence", one.sequence], ...one.body]);
      answer = await fetch(`${url}/answers/${at}`, {
        method: "POST", body,
        headers: { Accept: "application/json" },
        redirect: "error",
        keepalive: `${body}`.length < 6e4,
        signal: AbortSignal.timeout(20000),
      });
      // Signed out, or no word about this answer: it stays here and is sent again.
      if (![200, 409, 413, 422].includes(answer.status)) throw answer.status;
      told = await answer.json();
    } catch {
      tell(at, unsaved);
      return later();
    } finally {
      sending.delete(at);
    }
    pause = 2;
    took(at, one, answer, told);
    if (pending[at]) send(at);
    else if (over) leave();
  };

  const took = (at, one, answer, told) => {
    const newest = pending[at] === one;
    if (told.sequence !== undefined && known(at)) {
      stamp(at, told.sequence);
      if (told.left !== null) left(told.left);
    }
    if (answer.status !== 409 && !answer.ok) {
      // This one would be refused again.
      one.refused = true;
      return tell(at, answer.status === 413 ? told.title : told.detail);
    }
    if (newest) delete pending[at];
    keep(at);
    if (answer.status === 409) return tell(at, stale);
    if (told.outcome === "late") return tell(at, late);
    if (newest && saved && told.saved_at) tell(at, saved.replace("§", told.saved_at));
  };

  const shown = quiz.querySelector("[data-left]");
  let end = Infinity, over = false;
  const left = (seconds) => { end = performance.now() + seconds * 1000; };
  const finish = document.getElementById("over");
  const leave = () => { if (Object.values(pending).every((one) => one.refused)) finish.submit(); };
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    const soon = shown.nextElementSibling, said = soon.dataset[seconds];
    if (said) soon.textContent = said;
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds || over || !finish) return;
    over = true;
    flush();
    leave();
  };
  if (shown) { left(+shown.dataset.left); tick(); setInterval(tick, 1000); }

  const fill = (at) => quiz.querySelectorAll(`[name^=q${at}-]`).forEach((e) => {
    const said = pending[at].body.filter(([name]) => name === e.name).map(([, value]) => value);
    if (e.type === "radio" || e.type === "checkbox") e.checked = said.includes(e.value);
    else e.value = said.pop() ?? "";
  });
  Object.keys(pending).forEach((at) => {
    delete pending[at].refused;
    if (pending[at].sequence > known(at)?.value) fill(at);
    send(at);
  });

  const place = (event) => event.target.closest("[data-position]:not([data-uploads])")?.dataset.position;
  quiz.oninput = (event) => {
    const at = place(event);
    if (!at) return;
    clearTimeout(typing.get(at));
    typing.set(at, setTimeout(change, 1000, at));
  };
  quiz.onchange = (event) => { const at = place(event); if (at) change(at); };
  quiz.onsubmit = () => {
    // The form counts as newer than what is still under way.
    flush();
    for (const at in pending) if (known(at)) stamp(at, pending[at].sequence);
  };
  // Whoever turns away may not come back.
  document.onvisibilitychange = onpagehide = flush;
  ononline = () => { pause = 2; sendAll(); };
})();
