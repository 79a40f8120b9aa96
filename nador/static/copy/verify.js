// Reads one certificate out of a copy of the register, in the browser alone: nothing is sent, and of
// the copy's files one is fetched, which holds many certificates. How an entry is named and encrypted
// stands in nador/verification/export/entries.py; the words are those of the page.
'use strict';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NAME = 32;
const NONCE = 12;
const PATIENCE = 30000;
const page = document.documentElement;
const said = page.dataset;
const days = JSON.parse(said.days);
const form = document.getElementById('form');
const result = document.getElementById('result');
const utf8 = new TextEncoder();

// --- codes: as nador/kernel/codes.py reads them ---------------------------------------------

function fold(typed) {
  const digits = typed.replace(/[٠-٩۰-۹]/g, one => '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹'.indexOf(one) % 10);
  return digits.normalize('NFKC').replace(/[\p{Pd}\p{Zs}\p{Cc}\p{Cf}_.\u2212]/gu, '').toUpperCase()
    .replace(/O/g, '0').replace(/[IL]/g, '1');
}

function checkSymbol(body) {
  let total = 0;
  for (const symbol of [...body].reverse()) {
    const doubled = (total ^ ALPHABET.indexOf(symbol)) << 1;
    total = doubled & 32 ? doubled ^ 37 : doubled;
  }
  return ALPHABET[total];
}

function parse(typed) {
  const bare = fold(typed.split('/v/').pop().split(/[?#]/)[0]);
  const found = /^([A-Z01]{2,5})([0-9A-HJKMNP-TV-Z]{12})([0-9A-HJKMNP-TV-Z])$/.exec(bare);
  if (!found) {
    return {trouble: 'not_a_code'};
  }
  const [, prefix, body, check] = found;
  if (checkSymbol(body) !== check) {
    return {trouble: 'wrong_check'};
  }
  return {code: [prefix, ...body.match(/.{4}/g), check].join('-')};
}

// --- entries: as nador/verification/export/entries.py writes them ---------------------------

async function lockOf(code) {
  const typed = await crypto.subtle.importKey('raw', utf8.encode(code), 'PBKDF2', false, ['deriveBits']);
  const how = {name: 'PBKDF2', hash: 'SHA-256', salt: utf8.encode(said.salt), iterations: Number(said.iterations)};
  const drawn = await crypto.subtle.deriveBits(how, typed, 256);
  const hmac = await crypto.subtle.importKey('raw', drawn, {name: 'HMAC', hash: 'SHA-256'}, false, ['sign']);
  const [name, key] = await Promise.all(['name', 'key'].map(use => crypto.subtle.sign('HMAC', hmac, utf8.encode(use))));
  return {name: hex(name).slice(0, NAME), key};
}

function hex(bytes) {
  return [...new Uint8Array(bytes)].map(one => one.toString(16).padStart(2, '0')).join('');
}

// A script and no fetch: a page that was opened from a disk may load nothing else.
let arrived;
window.nadorEntries = entries => { arrived = entries; };

function shard(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = () => {
      arrived ? resolve(arrived) : reject(new Error(name));
      arrived = undefined;
    };
    script.onerror = () => reject(new Error(name));
    setTimeout(script.onerror, PATIENCE);
    script.src = `entries/${name}.js`;
    document.head.append(script);
  });
}

async function find(code) {
  const lock = await lockOf(code);
  const entries = await shard(lock.name.slice(0, Number(said.digits)));
  if (!Object.hasOwn(entries, lock.name)) {
    return null;
  }
  const raw = Uint8Array.from(atob(entries[lock.name]), one => one.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', lock.key, 'AES-GCM', false, ['decrypt']);
  const plain = await crypto.subtle.decrypt({name: 'AES-GCM', iv: raw.slice(0, NONCE)}, key, raw.slice(NONCE));
  return JSON.parse(new TextDecoder().decode(plain));
}

// --- what is shown --------------------------------------------------------------------------

function day(iso) {
  const [year, month, date] = iso.split('-').map(Number);
  return days[date === 1 ? 'first' : 'other'][month - 1].replace('{d}', date).replace('{y}', year);
}

function verdict(entry) {
  if (entry.status === 'revoked' || entry.status === 'superseded') {
    return entry.status;
  }
  // Morocco keeps UTC all year.
  const today = new Date().toISOString().slice(0, 10);
  return entry.expires_on && today > entry.expires_on ? 'expired' : 'valid';
}

function best(texts) {
  return [page.lang, 'fr', 'en', 'ar'].find(code => texts[code]);
}

function facts(entry, sha256) {
  const found = {...entry, [entry.kind]: true};
  for (const name of Object.keys(found).filter(one => one.endsWith('_on') && found[one])) {
    found[name] = day(entry[name]);
  }
  const length = entry.starts_on === entry.ends_on ? said.lengthOfADay : said.length;
  found.length = length.replace('{hours}', entry.hours_in_words[page.lang])
    .replace('{start}', found.starts_on).replace('{end}', found.ends_on);
  found.issuer = entry.issuer[best(entry.issuer)];
  for (const [code, title] of Object.entries(entry.title)) {
    found[`title_${code}`] = title;
    found[`${code === best(entry.title) ? 'best' : 'other'}_${code}`] = title;
  }
  found.hidden = entry.holder_hidden;
  found.named = !entry.holder_hidden;
  found.kept = !entry.nameless;
  found.same = sha256 && entry.files.includes(sha256);
  found.other = sha256 && !found.same;
  return found;
}

function show(name, found = {}) {
  const shown = document.getElementById(name).content.cloneNode(true);
  for (const part of shown.querySelectorAll('[data-if]')) {
    if (!part.dataset.if.split(' ').every(one => found[one])) {
      part.remove();
    }
  }
  for (const part of shown.querySelectorAll('[data-slot]')) {
    part.textContent = found[part.dataset.slot] ?? '';
  }
  result.replaceChildren(shown);
  result.hidden = false;
  document.getElementById('intro').hidden = true;
  document.title = result.querySelector('h1').textContent;
  result.focus();
}

let turns = 0;

async function answer(typed, file) {
  const turn = ++turns;
  const told = await judged(typed, file);
  if (turn === turns) {
    show(...told);
  }
}

async function judged(typed, file) {
  const {code, trouble} = parse(typed);
  if (trouble) {
    return ['mistyped', {[trouble]: true}];
  }
  if (!window.crypto?.subtle) {
    return ['insecure'];
  }
  try {
    const sha256 = file && hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    const entry = await find(code);
    return entry ? [verdict(entry), facts(entry, sha256)] : ['unknown'];
  } catch {
    return ['incomplete'];
  }
}

// --- the page -------------------------------------------------------------------------------

// Behind the # stands a code, or nothing: it never leaves the browser.
const asked = decodeURIComponent(location.hash.slice(1));
const links = [...document.querySelectorAll('[data-language]')];
for (const link of links) {
  link.addEventListener('click', () => { link.hash = form.elements.code.value; });
}
// Who chose a language comes with a ?, whoever has just arrived gets the browser's.
if (page.lang === 'ar' && !location.search) {
  const known = ['ar', ...links.map(one => one.dataset.language)];
  const wished = navigator.languages.map(one => one.slice(0, 2)).find(one => known.includes(one));
  const link = links.find(one => one.dataset.language === wished);
  if (link) {
    location.replace(link.href + location.hash);
  }
}
form.hidden = false;
form.addEventListener('submit', event => {
  event.preventDefault();
  answer(form.elements.code.value, form.elements.file.files[0]);
});
if (asked) {
  form.elements.code.value = asked;
  answer(asked);
}
