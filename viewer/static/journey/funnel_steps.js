// Adds what was really seen to the form of a funnel's steps.
import {el, worded} from './dom.js';
import {fetchRows, linkButton, rowName, seenList} from './seen_list.js';

const data = JSON.parse(document.querySelector('[data-seen-data]').textContent);
const form = document.querySelector('[data-steps-form]');
const panel = document.querySelector('[data-seen]');
const say = worded(data.words);
const said = el('p', {class: 'sm', role: 'status'});

// As the address of a funnel names it (docs/api.md).
const stepOf = ({contact}) =>
  contact.on === 'element'
    ? `element:${contact.element}@${contact.page}`
    : `${contact.on}:${contact.page ?? contact.group ?? contact.name}`;

const fields = () => [...form.querySelectorAll('select[name=step]')];

const add = (row) => {
  const place = fields().find((one) => !one.value) ?? nextField();
  if (!place) {
    said.textContent = say('limit');
    return;
  }
  const step = stepOf(row);
  if (![...place.options].some((one) => one.value === step)) place.append(el('option', {value: step}, row.name));
  place.value = step;
  said.textContent = say('added', {name: row.name, n: fields().indexOf(place) + 1});
};

// A field after the last one; null if there are as many as there may be.
const nextField = () => {
  const every = fields();
  if (every.length >= data.most) return null;
  const item = every.at(-1).closest('li').cloneNode(true);
  item.querySelectorAll('a').forEach((link) => link.remove());
  const label = item.querySelector('span');
  label.textContent = label.textContent.replace(/\d+/, every.length + 1);
  item.querySelector('select').value = '';
  every.at(-1).closest('ol').append(item);
  return item.querySelector('select');
};

const list = seenList(
  {what: 'pages', find: '', page: '', all: false},
  {
    kinds: ['pages', 'groups', 'elements', 'events'],
    fetchSeen: (what, page) => fetchRows(data.url, what, page),
    say,
    counted: (name, n) => say(n === 1 ? `${name}_one` : `${name}_many`, {n: n.toLocaleString(data.locale)}),
    node: (row) =>
      el(
        'li',
        {},
        el('span', {}),
        el('span', {class: 'w'}, rowName(row)),
        el('span', {class: 'v'}, el('b', {}, row.count)),
        el('span', {class: 'mk'}, linkButton(say('add'), () => add(row))),
      ),
  },
);
panel.append(el('h3', {}, say('seen')), list.search, list.kinds, list.pages, list.summary, said, list.list);
panel.hidden = false;
list.load();
