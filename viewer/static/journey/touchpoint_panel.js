// The panel of a touchpoint: its names, what counts as a contact with it, targets, and what should follow.
import {el, field, select} from './dom.js';
import {matchersForm} from './matchers.js';
import {circleOf, contactsOf, newTouchpoint, setTouchpoint, stageOf, touchpointOf} from './model.js';
import {placeTouchpoint} from './moving.js';
import {heading, nameFields} from './panel_parts.js';

export function touchpointPanel(app, {stage, key}) {
  if (!key) return newTouchpointPanel(app, stage);
  const one = touchpointOf(app.journey, key);
  if (!one) return [];
  const set = (change, more = {}) => app.change((journey) => setTouchpoint(journey, key, change), more);
  const matchers = matchersForm(app, contactsOf(one), {
    touchpoint: key,
    onchange: (contacts) =>
      set(
        {
          pages: contacts.filter((c) => c.on === 'page').map((c) => c.page),
          matchers: contacts.filter((c) => c.on !== 'page'),
        },
        {join: `match:${key}`, quiet: true},
      ),
  });
  const stages = select(
    app.journey.stages.map((other) => [other.key, app.nameOf(other)]),
    stage,
    {
      onchange: (event) => {
        const target = stageOf(app.journey, event.target.value);
        placeTouchpoint(app, key, target, target.touchpoints.length);
      },
    },
  );
  return [
    el(
      'section',
      {},
      heading(app, app.nameOf(one)),
      nameFields(app, one, touchpointOf, setTouchpoint),
      field(app.say('stage'), stages),
      linkTo(app, key),
    ),
    el(
      'section',
      {},
      el('h2', {}, app.say('matches')),
      el('p', {class: 'sm mut'}, app.say('first_wins')),
      matchers,
    ),
    targetsSection(app, key),
    expectedSection(app, key),
  ];
}

const linkTo = (app, key) => {
  const href = app.data.figures.touchpoints[key]?.href;
  return href ? el('p', {}, el('a', {href}, app.say('heatmap'))) : null;
};

function newTouchpointPanel(app, stage) {
  let contacts = [];
  const name = el('input', {type: 'text', maxlength: 120, required: true});
  const make = (event) => {
    event.preventDefault();
    const touchpoint = newTouchpoint(name.value.trim(), app.data.language, contacts);
    if (app.addTouchpoint(stage, touchpoint)) app.openPanel('touchpoint', {stage, key: touchpoint.key});
  };
  return [
    el(
      'section',
      {},
      heading(app, app.say('add_touchpoint_in', {stage: app.nameOf(stageOf(app.journey, stage))})),
      el(
        'form',
        {class: 'form', onsubmit: make},
        field(app.say('name'), name),
        matchersForm(app, [], {onchange: (found) => (contacts = found)}),
        el('p', {class: 'sm mut'}, app.say('without_matchers')),
        el('p', {class: 'row'}, el('button', {class: 'btn main'}, app.say('add_to_map'))),
      ),
      el(
        'p',
        {class: 'sm'},
        el(
          'button',
          {type: 'button', class: 'lnkb', onclick: () => app.openPanel('seen')},
          app.say('pick_seen'),
        ),
      ),
    ),
  ];
}

function targetsSection(app, key) {
  const section = el('section', {});
  const draw = () => {
    const {targets} = touchpointOf(app.journey, key);
    const set = (next) => {
      app.change((journey) => setTouchpoint(journey, key, {targets: next}), {
        join: `targets:${key}`,
        quiet: true,
      });
    };
    const change = (n, part) =>
      set(touchpointOf(app.journey, key).targets.map((one, i) => (i === n ? {...one, ...part} : one)));
    section.replaceChildren(
      el('h2', {}, app.say('targets')),
      ...targets.map((one, n) =>
        el(
          'fieldset',
          {class: 'target'},
          el('legend', {class: 'vh'}, app.data.names.metrics[one.metric]),
          select(Object.entries(app.data.names.metrics), one.metric, {
            'aria-label': app.say('figure'),
            onchange: (event) => {
              change(n, {metric: event.target.value, value: 0});
              draw();
            },
          }),
          select(
            [
              ['least', app.say('least')],
              ['most', app.say('most')],
            ],
            one.wanted ?? 'least',
            {'aria-label': app.say('side'), onchange: (event) => change(n, {wanted: event.target.value})},
          ),
          el('input', {
            type: 'number',
            min: 0,
            step: 'any',
            'aria-label': app.say('value'),
            value: app.isTime(one.metric) ? one.value / 1000 : Math.round(one.value * 1e4) / 100,
            oninput: (event) => {
              const value = Number(event.target.value);
              if (event.target.value !== '' && value >= 0)
                change(n, {value: app.isTime(one.metric) ? value * 1000 : Math.min(1, value / 100)});
            },
          }),
          el('span', {}, app.isTime(one.metric) ? 's' : '%'),
          el(
            'button',
            {
              type: 'button',
              class: 'lnkb',
              onclick: () => {
                set(targets.filter((_, i) => i !== n));
                draw();
              },
            },
            app.say('remove'),
          ),
        ),
      ),
      el(
        'button',
        {
          type: 'button',
          class: 'btn',
          onclick: () => {
            set([...targets, {metric: 'forward', value: 0.5, wanted: 'least'}]);
            draw();
            section.querySelector('fieldset:last-of-type select').focus();
          },
        },
        app.say('set_target'),
      ),
    );
  };
  draw();
  return section;
}

function expectedSection(app, key) {
  const others = app.journey.stages.flatMap((stage) => stage.touchpoints).filter((one) => one.key !== key);
  const {expected_next: expected} = touchpointOf(app.journey, key);
  const change = (event, other) => {
    const now = touchpointOf(app.journey, key).expected_next;
    const next = event.target.checked ? [...now, other] : now.filter((one) => one !== other);
    const circle = circleOf(setTouchpoint(app.journey, key, {expected_next: next}));
    if (circle) {
      event.target.checked = false;
      const names = circle.map((one) => app.nameOf(touchpointOf(app.journey, one)));
      return app.refuse(app.say('circle', {path: names.join(' → ')}));
    }
    return app.change((journey) => setTouchpoint(journey, key, {expected_next: next}));
  };
  return el(
    'section',
    {},
    el(
      'details',
      {},
      el('summary', {}, app.say('expected_next')),
      others.map((one) =>
        el(
          'label',
          {class: 'chk'},
          el('input', {
            type: 'checkbox',
            checked: expected.includes(one.key),
            onchange: (event) => change(event, one.key),
          }),
          ` ${app.nameOf(one)}`,
        ),
      ),
    ),
  );
}
