import assert from 'node:assert/strict';
import {test} from 'node:test';
import {trimAddress} from '../src/address.js';

globalThis.location = new URL('https://shop.example/');

const CASES = [
  ['https://shop.example/a/b?x=1#top', 'https://shop.example/a/b'],
  ['https://shop.example/a?utm_source=mail&x=1&sku=7', 'https://shop.example/a?utm_source=mail&sku=7'],
  ['https://shop.example/user/anna@example.org/edit', 'https://shop.example/user/*/edit'],
  ['https://shop.example/user/anna%40example.org', 'https://shop.example/user/*'],
  ['https://shop.example/@scope/pkg', 'https://shop.example/@scope/pkg'],
  ['https://shop.example/o/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0/pay', 'https://shop.example/o/*/pay'],
  ['https://shop.example/order-1234567', 'https://shop.example/order-*'],
  ['https://shop.example/2026/11', 'https://shop.example/2026/11'],
  ['https://u:p@shop.example:8443/a', 'https://shop.example:8443/a'],
  ['https://shop.example/a?sku=anna%40example.org', 'https://shop.example/a?sku=*'],
  ['/virtual', 'https://shop.example/virtual'],
];

for (const [href, expected] of CASES)
  test(`${href} → ${expected}`, () => assert.equal(trimAddress(href, ['sku']), expected));

test('no kept keys at all', () => assert.equal(trimAddress('/a?sku=7'), 'https://shop.example/a'));
test('at most what the wire takes', () => assert.equal(trimAddress(`/${'z'.repeat(5000)}`).length, 2048));
