// The panel "Seen": pages, elements, events and channels that were really seen, each with "make a touchpoint".
import {el, field, select} from './dom.js';
import {newTouchpoint, setTouchpoint, touchpointOf} from './model.js';
import {matchersForm} from './matchers.js';
import {drag} from './moving.js';
import {linkButton, rowName, seenList} from './seen_list.js';

const WORDS = ['find', 'none', 'all', 'rows_one', 'rows_many', 'more_one', 'more_many'];

export function seenPanel(app) {
  const state = (app.seen ??= {what: 'pages', only: true, find: '', page: '', all: false});
  const say = (name, values) => app.say(WORDS.includes(name) ? `seen_${name}` : name, values);
  const claimed = (row) => app.claimedBy(row);
  const leftOut = (row) => app.journey.left_out.includes(row.key);

  const rowNode = (row, key) => {
    const owner = key && touchpointOf(app.journey, key);
    const item = el(
      'li',
      {class: owner ? 'done' : null},
      owner ? el('span', {class: 'good'}, '✓') : dragNode(row),
      el(
        'span',
        {class: 'w'},
        rowName(row),
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
    const row = found.rows.find((one) => Object.entries(wanted).every(([name, value]) => one.contact[name] === value));
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

  const {find, search, kinds, pages, summary, list, found, load, show} = seenList(state, {
    kinds: ['pages', 'elements', 'events', 'channels'],
    fetchSeen: app.fetchSeen,
    say,
    counted: (name, n) => app.counted(`seen_${name}`, n),
    node: (row) => rowNode(row, claimed(row)),
    wants: (row) => !state.only || (!claimed(row) && !leftOut(row)),
    rest: (rows) => (state.only ? rows.filter(leftOut).map(outNode) : []),
    loaded: () => openWanted(),
  });
  load();
  return [
    el(
      'section',
      {},
      el('h2', {}, app.say('seen')),
      search,
      kinds,
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

const suggested = (row) => {
  if (row.contact.on !== 'page' || !row.name.startsWith('/')) return row.name.slice(0, 120);
  const last = row.name.split('/').filter(Boolean).at(-1) ?? row.name;
  const words = last
    .replace(/\.\w+$/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim();
  return ((words[0] ?? '').toUpperCase() + words.slice(1) || row.name).slice(0, 120);
};
