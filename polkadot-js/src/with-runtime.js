// Gives a chain specification another runtime: node with-runtime.js RUNTIME <SPECIFICATION >OTHER
//
// It stays text: amounts of the genesis are longer than a number of JavaScript.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

const specification = readFileSync(0, 'utf8');
const parts = specification.split(/"code":\s*"0x[0-9a-f]*"/);
assert.equal(parts.length, 2, 'the specification has its runtime in one place');
const code = readFileSync(process.argv[2]).toString('hex');
writeFileSync(1, parts.join(`"code": "0x${code}"`));
