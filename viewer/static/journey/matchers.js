// The form of what counts as a contact with a touchpoint: page patterns as lines, and further kinds below them.
import {el, field, select} from './dom.js';

const ASKED = {
  element: ['page', 'element'],
  event: ['name', 'page', 'least', 'most'],
  channel: ['channel', 'source', 'medium', 'campaign', 'referrer'],
  offsite: ['name', 'source'],
};
const NUMBERS = new Set(['least', 'most']);
const CHANNELS = ['', 'direct', 'search', 'ai', 'social', 'mail', 'referral', 'paid', 'campaign'];
const PAUSE = 300; // ms

// `contacts`: matchers of every kind, pages first. `onchange` gets them whenever they are valid.
export function matchersForm(app, contacts, {onchange, touchpoint = ''}) {
  let others = contacts.filter((one) => one.on !== 'page').map((one) => ({...one}));
  const fits = el('p', {class: 'sm mut', role: 'status'});
  const pages = el('textarea', {
    class: 'code',
    rows: 2,
    spellcheck: 'false',
    value: contacts
      .filter((one) => one.on === 'page')
      .map((one) => one.page)
      .join('\n'),
  });
  const rows = el('div', {class: 'matchers'});
  const add = select(
    [['', app.say('add_matcher')], ...Object.keys(ASKED).map((kind) => [kind, app.data.names.kinds[kind]])],
    '',
    {
      'aria-label': app.say('add_matcher'),
      onchange: () => {
        if (!add.value) return;
        others.push({on: add.value});
        add.value = '';
        show();
        rows.querySelector('fieldset:last-of-type :is(input,select)')?.focus();
      },
    },
  );
  let timer;
  let asked = 0; // a late answer about earlier patterns is not shown

  const lines = () => [...new Set(pages.value.split('\n').map((line) => line.trim()))].filter(Boolean);
  const report = () => onchange([...lines().map((page) => ({on: 'page', page})), ...others.filter(isWhole)]);
  const test = async () => {
    const patterns = lines();
    if (!patterns.length) return fits.replaceChildren();
    const number = (asked += 1);
    const found = await app.fetchFit(patterns, touchpoint);
    if (found && number === asked)
      fits.replaceChildren(
        el('b', {class: found.fits ? 'good' : 'bad'}, found.fits ? '✓ ' : '✗ '),
        found.words,
      );
  };
  const show = () => rows.replaceChildren(...others.map((one) => rowNode(one)));
  const rowNode = (one) =>
    el(
      'fieldset',
      {},
      el('legend', {}, app.data.names.kinds[one.on]),
      ASKED[one.on].map((name) => field(app.say(`matcher_${name}`), control(one, name))),
      el(
        'button',
        {
          type: 'button',
          class: 'lnkb',
          onclick: () => {
            others = others.filter((other) => other !== one);
            show();
            report();
          },
        },
        app.say('remove'),
      ),
    );
  const control = (one, name) => {
    const change = (event) => {
      const value = event.target.value.trim();
      if (value === '') delete one[name];
      else one[name] = NUMBERS.has(name) ? Number(value) : value;
      report();
    };
    if (name === 'channel')
      return select(
        CHANNELS.map((value) => [value, value ? app.say(`channel_${value}`) : '']),
        one.channel ?? '',
        {onchange: change},
      );
    return el('input', {
      type: NUMBERS.has(name) ? 'number' : 'text',
      step: 'any',
      maxlength: 200,
      value: one[name] ?? '',
      onchange: change,
    });
  };

  pages.addEventListener('input', () => {
    report();
    clearTimeout(timer);
    timer = setTimeout(test, PAUSE);
  });
  show();
  test();
  return el('div', {class: 'match'}, field(app.say('patterns_label'), pages, fits), rows, add);
}

// A matcher that says nothing yet is not stored.
function isWhole(one) {
  const [first] = ASKED[one.on];
  if (one.on === 'element') return Boolean(one.page && one.element);
  if (one.on === 'channel' || one.on === 'offsite') return ASKED[one.on].some((name) => one[name]);
  return Boolean(one[first]);
}
