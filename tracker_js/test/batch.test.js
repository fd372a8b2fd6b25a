// A batch of the tracker's builder equals the example that the collector must accept.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';
import {clear, placeOf, rows, toColumns} from '../src/batch.js';

const EXAMPLES = new URL('../../tests/examples/batches.json', import.meta.url);
const T0 = 1_760_000_000_000;
const HEAD = {
  v: 1,
  view: 'AAECAwQFBgcICQoLDA0ODxAR',
  seq: 0,
  t0: T0,
  ctx: {url: 'https://shop.example/lamps?utm_source=mail', ref: '', vw: 1366, vh: 800, pw: 1366, ph: 4120},
  sum: {ms: 9000, clicks: 2, cut: 0, fake: 1},
};
const RECORDS = [
  ['body', '......................'],
  ['main>div:2>button:1', '..........Ab..Cd......gH'],
  ['form#basket>label:1', '..........Ef..Gh..Ij..'],
];

const [BODY, BUTTON, LABEL] = RECORDS;
const BOX = {x: 5000, y: 2500, w: 120, h: 40, px: 300, py: 500};
const NOTHING = {k: 0, q: '', g: null, o: [], m: '', lang: 'en', e: null, x: 0, y: 0, w: 0, h: 0, px: 0, py: 0};
const asked = (t, row) => ({t, a: 'abcdefghijklmnopqrstuvwx', s: 'after-the-order', v: 3, n: 0, ...NOTHING, ...row});
const click = (t, e) => ({t, e, x: 5000, y: 2500, w: 120, h: 40, px: 300, py: 500, b: 0, k: 0, r: 1, d: 4});

/** The batch of `kinds` (kind → its rows), with `scroll` anchored on `record`. */
const batchOf = (kinds, record, scroll) => {
  clear(T0);
  for (const kind in kinds) for (const row of kinds[kind]) rows.set(row, kind);
  const columns = toColumns();
  return {...HEAD, scroll: {...scroll, e: placeOf(record)}, ...columns};
};

test('the builder makes the accepted example', async () => {
  const {accepted} = JSON.parse(await readFile(EXAMPLES, 'utf8'));
  const {body} = accepted.find(({name}) => name === 'as the builder makes it');
  const kinds = {
    click: [click(T0 + 1200, LABEL), click(T0 + 1500, BUTTON)],
    hover: [{e: LABEL, c: 36, d: 1400, w: 120, h: 40, px: 300, py: 500}],
    resize: [{t: T0 + 4000, w: 900, h: 700}],
    custom: [
      {t: T0 + 5000, n: 'signup', v: 1},
      {t: T0 + 5200, n: 'seen', v: null},
    ],
    input: [{t: T0 + 1300, e: LABEL, d: 420, n: 7, k: 2}],
    submit: [{t: T0 + 6000, e: LABEL}],
    error: [{t: T0 + 1600, e: BUTTON, h: 'a-', n: 'app.js'}],
    ask: [
      asked(T0 + 5500, {n: 0, k: 3}),
      asked(T0 + 5800, {n: 1, q: 'why', g: 9, o: ['fast'], m: 'Quick.', e: BUTTON, ...BOX}),
    ],
  };
  const scroll = {y: 2420, depth: 1000, ph: 4120, bands: new Array(20).fill(0).fill(9000, 0, 4)};
  const batch = {...batchOf(kinds, BODY, scroll), sent: T0 + 9000};
  assert.deepEqual(JSON.parse(JSON.stringify(batch)), body);
  assert.equal(rows.size, 11);
});

test('a clock set back or a view open for days makes no time that the wire format rejects', () => {
  const kinds = {resize: [T0 + 500, T0 + 100, T0 + 10 * 864e5].map((t) => ({t, w: 1, h: 1}))};
  assert.deepEqual(batchOf(kinds, BODY).resize.t, [500, 0, 864e5 - 500]);
});

test('a row that is added twice is sent once', () => {
  const row = click(T0, BUTTON);
  assert.deepEqual(batchOf({click: [row, row]}, BODY).click.e, [0]);
});

test('only records that rows refer to are sent, each once, even if it was made twice', () => {
  const kinds = {click: [click(T0, LABEL), click(T0, [...LABEL])]};
  const {el, click: columnsOfClicks, scroll} = batchOf(kinds, LABEL);
  assert.deepEqual(el.p, ['form#basket>label:1']);
  assert.deepEqual(columnsOfClicks.e, [0, 0]);
  assert.equal(scroll.e, 0);
});
