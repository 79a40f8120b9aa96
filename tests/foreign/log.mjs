// What sigstore's verifier says of our log: JSON in, JSON out.
//
// in:  {"proof": "c2sp.org/tlog-proof@v1…", "entry": "<hex>", "key": "name+id+base64"}
// out: {"verified": true} or {"verified": false, "error": "…"}
//
// Proof, checkpoint and key are read here by their specifications, not by our code.

import {createPublicKey} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const {verifyTLogTimestamp} = createRequire(import.meta.url)('@sigstore/verify/dist/timestamp');
const asked = JSON.parse(readFileSync(0, 'utf8'));

function logOf(text) {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text);
  const raw = Buffer.from(encoded, 'base64').subarray(1);
  const jwk = {kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url')};
  return {
    logID: Buffer.from(id, 'hex'),
    baseURL: `https://${name}`,
    publicKey: createPublicKey({key: jwk, format: 'jwk'}),
    validFor: {start: new Date(0), end: new Date(8e15)},
  };
}

function entryOf({proof, entry}) {
  const end = proof.indexOf('\n\n');
  const [, index, ...hashes] = proof.slice(0, end).split('\n');
  const envelope = proof.slice(end + 2);
  const [, treeSize, rootHash] = envelope.split('\n');
  return {
    canonicalizedBody: Buffer.from(entry, 'hex'),
    integratedTime: '0',
    logId: {keyId: Buffer.alloc(32)},
    inclusionProof: {
      logIndex: index.slice('index '.length),
      treeSize,
      rootHash: Buffer.from(rootHash, 'base64'),
      hashes: hashes.map(one => Buffer.from(one, 'base64')),
      checkpoint: {envelope},
    },
  };
}

let answer = {verified: true};
try {
  verifyTLogTimestamp(entryOf(asked), [logOf(asked.key)]);
} catch (error) {
  answer = {verified: false, error: error.message};
}
console.log(JSON.stringify(answer));
