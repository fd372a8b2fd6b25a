// Which surveys are due: pages, draws, waits, languages, branches.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {drawOf, isDrawn, isOn, isRecent, languageOf, nextOf, pageOf} from '../src/ask/due.js';

const DAY = 864e5;
const place = (pages, not = []) => ({pages, not, event: '', paths: []});

test('a page is named as the collector names it', () => {
  assert.equal(pageOf('https://www.shop.example/lamps/?utm_source=mail'), 'shop.example/lamps');
  assert.equal(pageOf('http://127.0.0.1:8000/'), '127.0.0.1:8000/');
  assert.equal(pageOf('https://shop.example/a?utm_source=x&sku=7'), 'shop.example/a?sku=7');
  assert.equal(pageOf('https://shop.example/app#/orders/'), 'shop.example/app#/orders');
});

test('a place is a whole page, with its query only if the pattern has one', () => {
  const basket = place([['[^/]*/basket', 0]]);
  assert.ok(isOn(basket, 'shop.example/basket?sku=7'));
  assert.ok(!isOn(basket, 'shop.example/basket/2'));
  assert.ok(!isOn(place([['[^/]*/basket\\?sku=8', 1]]), 'shop.example/basket?sku=7'));
  assert.ok(isOn(place([]), 'shop.example/anything'));
  assert.ok(!isOn(place([], [['[^/]*/basket', 0]]), 'shop.example/basket'));
});

test('a draw is even, lasts with consent, and is that of the server without', () => {
  const drawn = Array.from({length: 20_000}, (_, n) => drawOf(`a ${n}`) < 0.1).filter(Boolean).length;
  assert.ok(Math.abs(drawn - 2000) < 170, `${drawn}`); // 4 standard deviations
  assert.equal(isDrawn({id: 'a', share: 0.5, draw: 0.4}, ''), true);
  assert.equal(isDrawn({id: 'a', share: 0.4, draw: 0.4}, ''), false);
  assert.equal(isDrawn({id: 'a', share: 0.5}, 'x'), isDrawn({id: 'a', share: 0.5}, 'x'));
});

test('nobody is asked twice within the wait, nor by another survey within a week', () => {
  const survey = {id: 'a', wait: 30, recent: 0};
  assert.equal(isRecent(survey, {}, 7, 100 * DAY), false);
  assert.equal(isRecent(survey, {a: 71 * DAY}, 7, 100 * DAY), true);
  assert.equal(isRecent(survey, {a: 69 * DAY}, 7, 100 * DAY), false);
  assert.equal(isRecent(survey, {b: 94 * DAY}, 7, 100 * DAY), true);
  assert.equal(isRecent(survey, {b: 92 * DAY}, 7, 100 * DAY), false);
  assert.equal(isRecent({...survey, recent: 1}, {}, 7, 100 * DAY), true);
});

test('a survey is shown in the language in which it is whole', () => {
  const survey = {
    language: 'en',
    thanks: {en: 'Thanks', fr: 'Merci', de: 'Danke'},
    questions: [{text: {en: 'A', fr: 'B', de: 'C'}, low: {en: 'a', fr: 'b'}}],
  };
  assert.equal(languageOf(survey, ['fr-CA', 'en']), 'fr');
  assert.equal(languageOf(survey, ['de']), 'en');
  assert.equal(languageOf(survey, []), 'en');
});

test('an answer leads to the first branch that fits, else to the next question', () => {
  const questions = [
    {id: 'a', branches: [{to: 'c', most: 3}, {to: 'thanks', options: ['x']}]},
    {id: 'b', branches: [{to: 'thanks'}]},
    {id: 'c'},
  ];
  const [a, b, c] = questions;
  const survey = {questions};
  assert.equal(nextOf(survey, a, {g: 0}), c);
  assert.equal(nextOf(survey, a, {g: 4}), b);
  assert.equal(nextOf(survey, a, {o: ['x']}), null);
  assert.equal(nextOf(survey, b, {}), null);
  assert.equal(nextOf(survey, c, {}), null);
});
