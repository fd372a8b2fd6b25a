// The panel "Seen": pages, elements, events and channels that were really seen, each with "make a touchpoint".
import {el, field, select} from './dom.js';
import {newTouchpoint, setTouchpoint, touchpointOf} from './model.js';
import {matchersForm} from './matchers.js';
import {drag} from './moving.js';

const KINDS = ['pages', 'elements', 'events', 'channels'];
const SHOWN = 12;

export function seenPanel(app) {
  const state = (app.seen ??= {what: 'pages', only: true, find: '', page: '', all: false});
  const list = el('ul', {class: 'seen'});
  const summary = el('p', {class: 'sm mut', role: 'status'});
  const pages = el('div', {});
  const find = el('input', {
    type: 'search',
    value: state.find,
    placeholder: app.say('seen_find'),
    oninput: () => {
      state.find = find.value.trim().toLowerCase();
      show();
    },
  });
  let rows = [];

  const load = async () => {
    pages.replaceChildren(...(state.what === 'elements' ? [await pageChoice()] : []));
    rows = await app.fetchSeen(state.what, state.page);
    show();
    openWanted();
  };
  const pageChoice = async () => {
    const found = await app.fetchSeen('pages');
    state.page ||= found[0]?.contact.page ?? '';
    return field(
      app.say('page'),
      select(
        found.map((row) => [row.contact.page, row.name]),
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
    const claimed = (row) => app.claimedBy(row);
    const leftOut = (row) => app.journey.left_out.includes(row.key);
    const fits = rows.filter((row) => row.name.toLowerCase().includes(state.find));
    const wanted = fits.filter((row) => !state.only || (!claimed(row) && !leftOut(row)));
    const shown = state.all ? wanted : wanted.slice(0, SHOWN);
    const hidden = fits.filter(leftOut);
    summary.textContent = !rows.length
      ? app.say('seen_none')
      : wanted.length
        ? app.counted('seen_rows', wanted.length)
        : app.say('seen_all');
    list.replaceChildren(
      ...shown.map((row) => rowNode(row, claimed(row))),
      ...(shown.length < wanted.length
        ? [
            el(
              'li',
              {class: 'done'},
              el('span', {}),
              el('span', {class: 'w'}, app.counted('seen_more', wanted.length - shown.length)),
              el('span', {}),
              el(
                'span',
                {class: 'mk'},
                linkButton(app.say('show_them'), () => ((state.all = true), show())),
              ),
            ),
          ]
        : []),
      ...(state.only ? hidden.map((row) => outNode(row)) : []),
    );
  };
  const rowNode = (row, key) => {
    const owner = key && touchpointOf(app.journey, key);
    const item = el(
      'li',
      {class: owner ? 'done' : null},
      owner ? el('span', {class: 'good'}, '✓') : dragNode(row),
      el(
        'span',
        {class: 'w'},
        row.name.startsWith('/') || row.contact.on === 'event' ? el('code', {}, row.name) : row.name,
        owner ? el('small', {}, app.say('on_map', {name: app.nameOf(owner)})) : null,
      ),
      el('span', {class: 'v'}, el('b', {}, row.count)),
      owner
        ? null
        : el(
            'span',
            {class: 'mk'},
            linkButton(app.say('make'), () => open(row, item)),
            linkButton(app.say('leave_out'), () => leave(row)),
          ),
    );
    return item;
  };
  // With the pointer; the keyboard has "Make a touchpoint" and its choice of a stage.
  const dragNode = (row) =>
    el('span', {
      class: 'grip',
      'aria-hidden': 'true',
      title: app.say('drag_seen'),
      onpointerdown: (event) =>
        drag(app, 'touchpoint', event, event.currentTarget.closest('li'), ({stage, to}) => {
          const touchpoint = newTouchpoint(suggested(row), app.data.language, [row.contact]);
          if (app.addTouchpoint(stage.key, touchpoint, to)) show();
        }),
    });
  const outNode = (row) =>
    el(
      'li',
      {class: 'done'},
      el('span', {}),
      el('span', {class: 'w'}, row.name, el('small', {}, app.say('left_out'))),
      el('span', {class: 'v'}, row.count),
      el(
        'span',
        {class: 'mk'},
        linkButton(app.say('take_back'), () => {
          app.change((journey) => ({
            ...journey,
            left_out: journey.left_out.filter((key) => key !== row.key),
          }));
          show();
        }),
      ),
    );
  // The row that a link of the map asks to make a touchpoint of.
  const openWanted = () => {
    const wanted = state.make;
    state.make = null;
    if (!wanted) return;
    const row = rows.find((one) => Object.entries(wanted).every(([name, value]) => one.contact[name] === value));
    if (!row) return;
    state.find = find.value = row.name.toLowerCase();
    show();
    const item = list.firstElementChild;
    if (item?.querySelector('.mk')) open(row, item);
    item?.scrollIntoView({block: 'nearest'});
  };
  const leave = (row) => {
    app.change((journey) => ({...journey, left_out: [...journey.left_out, row.key]}), {
      undo: app.say('was_left_out', {name: row.name}),
    });
    show();
  };
  const open = (row, item) => {
    const draft = {stage: app.journey.stages[0].key, contacts: [row.contact]};
    const name = el('input', {type: 'text', maxlength: 120, value: suggested(row)});
    const stages = app.journey.stages.map((stage) => [stage.key, app.nameOf(stage)]);
    const others = app.journey.stages.flatMap((stage) =>
      stage.touchpoints.map((one) => [one.key, app.nameOf(one)]),
    );
    const to = select([['', app.say('new_touchpoint')], ...others], '', {});
    const stage = select(stages, draft.stage, {onchange: () => (draft.stage = stage.value)});
    const matchers = matchersForm(app, draft.contacts, {onchange: (contacts) => (draft.contacts = contacts)});
    const form = el(
      'form',
      {
        class: 'form',
        onsubmit: (event) => {
          event.preventDefault();
          if (to.value) join(to.value);
          else make(name.value.trim() || suggested(row));
        },
      },
      others.length ? field(app.say('belongs_to'), to) : null,
      field(app.say('name'), name),
      field(app.say('stage'), stage),
      matchers,
      el(
        'p',
        {class: 'row'},
        el('button', {class: 'btn main'}, app.say('add_to_map')),
        el('button', {class: 'btn quiet', type: 'button', onclick: show}, app.say('cancel')),
      ),
    );
    const make = (words) => {
      const touchpoint = newTouchpoint(words, app.data.language, draft.contacts);
      const done = app.addTouchpoint(draft.stage, touchpoint);
      if (done) show();
    };
    const join = (key) => {
      const one = touchpointOf(app.journey, key);
      app.change(
        (journey) =>
          setTouchpoint(journey, key, {
            pages: [...one.pages, ...draft.contacts.filter((c) => c.on === 'page').map((c) => c.page)],
            matchers: [...one.matchers, ...draft.contacts.filter((c) => c.on !== 'page')],
          }),
        {said: app.say('added_to', {name: app.nameOf(one)})},
      );
      show();
    };
    item.classList.add('open');
    item.querySelector('.mk').replaceWith(form);
    name.focus();
    name.select();
  };

  load();
  return [
    el(
      'section',
      {},
      el('h2', {}, app.say('seen')),
      el('label', {class: 'field'}, el('span', {class: 'vh'}, app.say('seen_find')), find),
      el(
        'div',
        {class: 'seg sm', role: 'group', 'aria-label': app.say('seen')},
        KINDS.map((kind) =>
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
            app.say(kind),
          ),
        ),
      ),
      el(
        'label',
        {class: 'chk'},
        el('input', {
          type: 'checkbox',
          checked: state.only,
          onchange: (event) => {
            state.only = event.target.checked;
            show();
          },
        }),
        ` ${app.say('seen_only')}`,
      ),
      pages,
    ),
    el('section', {}, el('h2', {}, app.say('unmapped')), summary, list),
  ];
}

const linkButton = (name, run) => el('button', {type: 'button', class: 'lnkb', onclick: run}, name);

const suggested = (row) => {
  if (row.contact.on !== 'page' || !row.name.startsWith('/')) return row.name.slice(0, 120);
  const last = row.name.split('/').filter(Boolean).at(-1) ?? row.name;
  const words = last
    .replace(/\.\w+$/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim();
  return ((words[0] ?? '').toUpperCase() + words.slice(1) || row.name).slice(0, 120);
};
