// An attempt at a quiz: each answer is sent as it changes, kept here until the server has it, and sent again.
// Without this file the page's buttons save everything. The time is the server's: no clock of ours counts.
"use strict";
(() => {
  const quiz = document.getElementById("quiz");
  if (!quiz) return;
  const { url, saved, unsaved, late, stale, token = quiz.elements.csrf_token.value } = quiz.dataset;
  const store = `nador${url}#`;
  const typing = new Map();
  const sending = new Set();
  let pause = 2, leaving, wait;

  // What the server has not acknowledged, by question: {sequence, body}. Another tab keeps its own beside it.
  const pending = {};
  try {
    for (const key in localStorage) if (key.startsWith(store)) pending[key.slice(store.length)] = JSON.parse(localStorage[key]);
  } catch { /* a private window keeps nothing */ }
  const keep = (at) => {
    try { localStorage[store + at] = JSON.stringify(pending[at]); } catch { /* full or forbidden: still sent */ }
  };
  const forget = (at, one) => {
    try { if (localStorage[store + at] === JSON.stringify(one)) delete localStorage[store + at]; } catch { /* nothing was kept */ }
  };
  const tell = (at, text) => {
    const line = quiz.querySelector(`[data-position="${at}"] [role=status], #quiz > [role=status]`);
    if (line && text) line.textContent = text;
  };
  const own = (at) => [...quiz.elements].filter((e) => e.name.startsWith(`q${at}-`));
  // Which save of an answer this page knows.
  const known = (at) => quiz.elements?.[`s${at}`];
  // Without its digest the plain form counts an answer as touched.
  const stamp = (at, sequence) => {
    known(at).value = sequence;
    quiz.elements[`w${at}`].value = "";
  };

  const change = (at) => {
    clearTimeout(typing.get(at));
    typing.delete(at);
    const body = [...new FormData(quiz)].filter(([name]) => name.startsWith(`q${at}-`));
    const last = Math.max(known(at).value, pending[at]?.sequence ?? 0);
    pending[at] = { sequence: last + 1, body };
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
      answer = await fetch(`${url}/answers/${at}`, {
        method: "POST",
        body: new URLSearchParams([["csrf_token", token], ["sequence", one.sequence], ...one.body]),
        headers: { Accept: "application/json" },
        redirect: "error",
        keepalive: leaving,
        signal: AbortSignal.timeout(20000),
      });
      // Signed out, or anything else that is no word about this answer: it stays here and is sent again.
      if (![200, 409, 413, 422].includes(answer.status)) throw answer.status;
      told = await answer.json();
      if (!told.outcome && answer.status < 413) throw answer.status;
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
      // Typing on makes another one; this one would be refused again.
      one.refused = true;
      return tell(at, answer.status === 413 ? told.title : told.detail);
    }
    forget(at, one);
    if (newest) delete pending[at];
    if (answer.status === 409) return tell(at, stale);
    if (told.outcome === "late") return tell(at, late);
    if (newest && saved && told.saved_at) tell(at, saved.replace("§", told.saved_at));
  };

  // The time that is left, counted from what the server says.
  const shown = quiz.querySelector("[data-left]");
  let end = Infinity, over = false;
  const left = (seconds) => { end = performance.now() + seconds * 1000; };
  const finish = document.getElementById("over");
  const leave = () => { if (Object.values(pending).every((one) => one.refused)) finish.submit(); };
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    const said = shown.nextElementSibling.dataset[seconds];
    if (said) shown.nextElementSibling.textContent = said;
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds || over || !finish) return;
    over = true;
    flush();
    leave();
  };
  if (shown) { left(+shown.dataset.left); tick(); setInterval(tick, 1000); }

  const fill = (at) => own(at).forEach((e) => {
    const said = pending[at].body.filter(([name]) => name === e.name).map(([, value]) => value);
    if (e.type === "radio" || e.type === "checkbox") e.checked = said.includes(e.value);
    else e.value = said.pop() ?? "";
  });
  Object.keys(pending).forEach((at) => {
    delete pending[at].refused;
    if (pending[at].sequence > known(at)?.value) fill(at);
    send(at);
  });

  // Files go up by themselves, or with the form.
  const place = (event) => event.target.closest("[data-position]:not([data-uploads])")?.dataset.position;
  quiz.oninput = (event) => {
    const at = place(event);
    if (!at) return;
    clearTimeout(typing.get(at));
    typing.set(at, setTimeout(change, 1000, at));
  };
  quiz.onchange = (event) => { const at = place(event); if (at) change(at); };
  quiz.onsubmit = () => {
    // The form carries everything: it must count as newer than what is still under way.
    flush();
    for (const at in pending) if (known(at)) stamp(at, pending[at].sequence);
  };
  // Whoever turns away may not come back to this page: what was typed last is kept and sent now.
  const turn = () => { leaving = document.hidden; if (leaving) flush(); };
  document.addEventListener("visibilitychange", turn);
  onpageshow = turn;
  onpagehide = () => { leaving = true; flush(); };
  ononline = () => { pause = 2; sendAll(); };
})();
