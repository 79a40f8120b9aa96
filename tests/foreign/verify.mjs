// What the verifiers of others say of our documents: JSON in, JSON out.
//
// in:  {"served": "http://127.0.0.1:PORT", "credential": {…}, "token": "…", "issuer": "did:web:…"}
// out: {"bazaar": {…}, "dcc": {…}, "jose": {…}}
//
// Whatever a verifier asks of the world is asked of `served` instead, by the name of the host:
// https://a.example/b becomes http://127.0.0.1:PORT/a.example/b.

import {webcrypto} from 'node:crypto';
import {readFileSync} from 'node:fs';

// Node 18, as Debian 12 has it, keeps this one to itself.
globalThis.crypto ??= webcrypto;

const asked = JSON.parse(readFileSync(0, 'utf8'));
const world = globalThis.fetch;

globalThis.fetch = (what, options) => {
  const url = new URL(what instanceof Request ? what.url : what);
  return world(`${asked.served}/${url.host}${url.pathname}`, {method: options?.method ?? 'GET'});
};

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) {
    throw new Error(`${answer.status} ${url}`);
  }
  return answer.json();
}

// Verifiers chat on the console: our answer is the only line there.
const say = console.log;
console.log = console.error;

async function bazaar({credential}) {
  const vc = await import('@digitalbazaar/vc');
  const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
  const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
  const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
  const suite = new DataIntegrityProof({cryptosuite});
  const documentLoader = async url => ({
    contextUrl: null, documentUrl: url, document: await resolved(url),
  });
  const found = await vc.verifyCredential({credential, suite, documentLoader, checkStatus});
  return {
    verified: found.verified,
    // "verified" says that the list was read, not what it says.
    revoked: found.statusResult?.results.some(({status}) => status) ?? null,
    errors: messages(found.error) ?? messages(found.statusResult?.error) ?? [],
  };
}

async function resolved(url) {
  if (!url.startsWith('did:web:')) {
    return read(url);
  }
  const [did, fragment] = url.split('#');
  const document = await read(`https://${did.slice('did:web:'.length)}/.well-known/did.json`);
  if (!fragment) {
    return document;
  }
  const method = document.verificationMethod.find(one => one.id === url);
  if (!method) {
    throw new Error(`no ${url}`);
  }
  return {'@context': 'https://w3id.org/security/multikey/v1', ...method};
}

function messages(error) {
  return error ? [error.message, ...(error.errors ?? []).flatMap(messages)] : undefined;
}

async function dcc({credential}) {
  const {verifyCredential} = await import('@digitalcredentials/verifier-core');
  const found = await verifyCredential({credential, knownDIDRegistries: []});
  const log = Object.fromEntries((found.log ?? []).map(({id, valid, error}) => [
    id, error ? error.name : valid,
  ]));
  const schema = found.additionalInformation?.find(({id}) => id === 'schema_check');
  return {
    log,
    errors: (found.errors ?? []).map(({name}) => name),
    schema: Array.isArray(schema?.results) ? schema.results.map(({result}) => result.valid) : null,
  };
}

async function jose({token, issuer}) {
  const {createLocalJWKSet, jwtVerify} = await import('jose');
  const host = issuer.slice('did:web:'.length);
  try {
    const keys = createLocalJWKSet(await read(`https://${host}/.well-known/jwks.json`));
    const {payload} = await jwtVerify(token, keys, {issuer, algorithms: ['ES256']});
    return {verified: true, name: payload.name, errors: []};
  } catch (error) {
    return {verified: false, errors: [error.code ?? error.message]};
  }
}

const verdicts = {};
for (const [name, verifier] of Object.entries({bazaar, dcc, jose})) {
  verdicts[name] = await verifier(structuredClone(asked));
}
say(JSON.stringify(verdicts));
