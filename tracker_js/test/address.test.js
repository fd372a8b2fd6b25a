// Addresses are masked as tests/examples/addresses.json says; tests/tracker/test_addresses.py holds the server to it.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';
import {trimAddress} from '../src/address.js';

globalThis.location = new URL('https://shop.example/');

const EXAMPLES = new URL('../../tests/examples/addresses.json', import.meta.url);
const {keep, same, routes} = JSON.parse(await readFile(EXAMPLES, 'utf8'));

for (const {address, kept} of [...same, ...routes])
  test(address, () => assert.equal(trimAddress(address, keep, true), kept));

test('an address relative to the page', () =>
  assert.equal(trimAddress('/virtual', keep), 'https://shop.example/virtual'));
test('no keys to keep', () => assert.equal(trimAddress('/a?sku=7'), 'https://shop.example/a'));
test('at most what the wire format allows', () => assert.equal(trimAddress(`/${'z'.repeat(5000)}`).length, 2048));
