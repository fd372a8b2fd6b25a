// What was really seen in the period: a search, the choice of a kind, and the list. What can be done with a row is up
// to the page that shows it.
import {el, field, select} from './dom.js';

const SHOWN = 12;

// `state`: {what, find, page, all}, kept by the caller between two openings. `use`:
//   kinds           of what was seen, the first one first
//   fetchSeen       (what, page) → rows
//   say, counted    the words: find, page, more, none, all, rows, show_them, and the kinds
//   node            (row) → its list item
//   wants           (row) → whether it is listed (optional)
//   rest            (rows) → items at the end (optional)
//   loaded          () → called when rows have arrived (optional)
export function seenList(state, use) {
  const {say} = use;
  const list = el('ul', {class: 'seen'});
  const summary = el('p', {class: 'sm mut', role: 'status'});
  const pages = el('div', {});
  const found = {rows: []};
  const find = el('input', {
    type: 'search',
    value: state.find,
    placeholder: say('find'),
    oninput: () => {
      state.find = find.value.trim().toLowerCase();
      show();
    },
  });

  const load = async () => {
    const {what} = state;
    pages.replaceChildren(...(what === 'elements' ? [await pageChoice()] : []));
    const rows = await use.fetchSeen(what, state.page);
    if (what !== state.what) return; // another kind was chosen in the meantime
    found.rows = rows;
    show();
    use.loaded?.();
  };
  const pageChoice = async () => {
    const rows = await use.fetchSeen('pages', '');
    state.page ||= rows[0]?.contact.page ?? '';
    return field(
      say('page'),
      select(
        rows.map((row) => [row.contact.page, row.name]),
        state.page,
        {
          onchange: (event) => {
            state.page = event.target.value;
            load();
          },
        },
      ),
    );
  };
  const show = () => {
    const fits = found.rows.filter((row) => row.name.toLowerCase().includes(state.find));
    const wanted = use.wants ? fits.filter(use.wants) : fits;
    const shown = state.all ? wanted : wanted.slice(0, SHOWN);
    summary.textContent = !found.rows.length
      ? say('none')
      : wanted.length
        ? use.counted('rows', wanted.length)
        : say('all');
    list.replaceChildren(
      ...shown.map(use.node),
      ...(shown.length < wanted.length ? [moreNode(wanted.length - shown.length)] : []),
      ...(use.rest?.(fits) ?? []),
    );
  };
  const moreNode = (n) =>
    el(
      'li',
      {class: 'done'},
      el('span', {}),
      el('span', {class: 'w'}, use.counted('more', n)),
      el('span', {}),
      el(
        'span',
        {class: 'mk'},
        linkButton(say('show_them'), () => ((state.all = true), show())),
      ),
    );
  const kinds = el(
    'div',
    {class: 'seg sm', role: 'group', 'aria-label': say('seen')},
    use.kinds.map((kind) =>
      el(
        'button',
        {
          type: 'button',
          class: 'segb',
          'aria-pressed': String(kind === state.what),
          onclick: (event) => {
            state.what = kind;
            state.all = false;
            for (const one of event.target.parentNode.children)
              one.setAttribute('aria-pressed', String(one === event.target));
            load();
          },
        },
        say(kind),
      ),
    ),
  );
  const search = el('label', {class: 'field'}, el('span', {class: 'vh'}, say('find')), find);
  return {find, search, kinds, pages, summary, list, found, load, show};
}

export const linkButton = (name, run) => el('button', {type: 'button', class: 'lnkb', onclick: run}, name);

// The name of a row; an address or an event as it was sent.
export const rowName = (row) =>
  row.name.startsWith('/') || row.contact.on === 'event' ? el('code', {}, row.name) : row.name;

// The rows that an address answers; none if it does not.
export async function fetchRows(address, what, page) {
  const url = `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams({what, page})}`;
  try {
    const answer = await fetch(url, {headers: {accept: 'application/json'}});
    return answer.ok ? (await answer.json()).rows : [];
  } catch {
    return [];
  }
}
