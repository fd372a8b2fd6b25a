// The panels beside the map, one at a time: a touchpoint, a stage, the lanes, the personas, an opportunity, the map.
import {el, field, select} from './dom.js';
import {matchersForm} from './matchers.js';
import {
  addTo,
  circleOf,
  contactsOf,
  inLanguage,
  moveIn,
  newKey,
  newTouchpoint,
  removeFrom,
  setIn,
  setStage,
  setTouchpoint,
  stageOf,
  touchpointOf,
  wordsOf,
} from './model.js';
import {placeTouchpoint} from './moving.js';

const heading = (app, words) =>
  el(
    'div',
    {class: 'ph'},
    el('h2', {tabindex: -1}, words),
    el('button', {type: 'button', class: 'btn quiet', onclick: () => app.closePanel()}, app.say('close')),
  );

// A text field that changes the journey as it is typed.
const typed = (app, value, change, {join, long = false, ...attributes}) =>
  el(long ? 'textarea' : 'input', {
    type: long ? null : 'text',
    rows: long ? 3 : null,
    value: value ?? '',
    ...attributes,
    oninput: (event) => app.change((journey) => change(journey, event.target.value), {join, quiet: true}),
  });

const second = (app) => (app.data.language === 'en' ? 'fr' : 'en');

// The name in both languages; a name that is empty in both stays.
const nameFields = (app, one, find, set) =>
  [app.data.language, second(app)].map((language, n) =>
    field(
      n ? app.say(`name_${language}`) : app.say('name'),
      typed(
        app,
        one.name[language],
        (journey, words) => {
          const name = inLanguage(find(journey, one.key).name, language, words);
          return Object.keys(name).length ? set(journey, one.key, {name}) : journey;
        },
        {join: `name:${one.key}:${language}`, maxlength: 120},
      ),
    ),
  );

/* ---- touchpoint ---- */
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

/* ---- stage ---- */
export function stagePanel(app, {key}) {
  const stage = stageOf(app.journey, key);
  if (!stage) return [];
  const set = (change, more) => app.change((journey) => setStage(journey, key, change), more);
  return [
    el(
      'section',
      {},
      heading(app, app.nameOf(stage)),
      nameFields(app, stage, stageOf, setStage),
      field(
        app.say('window'),
        el('input', {
          type: 'number',
          min: 0,
          max: 365,
          value: stage.window_days ?? 0,
          oninput: (event) => {
            const days = Math.round(Number(event.target.value));
            if (days >= 0 && days <= 365) set({window_days: days}, {join: `window:${key}`, quiet: true});
          },
        }),
      ),
      field(
        app.say('completes'),
        select(
          [['', app.say('no_goal')], ...app.data.goals.map((goal) => [goal.id, goal.name])],
          stage.completes ?? '',
          {onchange: (event) => set({completes: event.target.value})},
        ),
      ),
    ),
  ];
}

/* ---- lanes ---- */
export function lanesPanel(app) {
  const section = el('section', {});
  const draw = () => {
    const add = (key, kind, name) => {
      app.change((journey) => addTo(journey, 'lanes', {key, kind, name, hidden: false}));
      draw();
    };
    const {lanes} = app.journey;
    const missing = Object.entries(app.data.addable).filter(
      ([key]) => !lanes.some((lane) => lane.key === key),
    );
    const own = el('input', {type: 'text', maxlength: 120, 'aria-label': app.say('own_lane')});
    section.replaceChildren(
      heading(app, app.say('lanes')),
      el(
        'ol',
        {class: 'lanes'},
        lanes.map((lane, n) =>
          el(
            'li',
            {},
            el(
              'label',
              {},
              el('input', {
                type: 'checkbox',
                checked: !lane.hidden,
                onchange: (event) =>
                  app.change((journey) => setIn(journey, 'lanes', lane.key, {hidden: !event.target.checked})),
              }),
              ` ${app.laneName(lane)}`,
            ),
            el(
              'span',
              {class: 'row'},
              [-1, 1].map((step) =>
                el(
                  'button',
                  {
                    type: 'button',
                    class: 'btn ico',
                    disabled: !lanes[n + step],
                    'aria-label': app.say(step < 0 ? 'lane_up' : 'lane_down', {name: app.laneName(lane)}),
                    'data-focus': `lane:${lane.key}:${step}`,
                    onclick: () => {
                      app.change((journey) => moveIn(journey, 'lanes', lane.key, n + step), {
                        said: app.say('lane_at', {
                          name: app.laneName(lane),
                          n: n + step + 1,
                          all: lanes.length,
                        }),
                      });
                      draw();
                      app.focus(`lane:${lane.key}:${step}`);
                    },
                  },
                  step < 0 ? '↑' : '↓',
                ),
              ),
            ),
          ),
        ),
      ),
      missing.length
        ? el(
            'p',
            {class: 'row'},
            missing.map(([key, {kind, name}]) =>
              el(
                'button',
                {type: 'button', class: 'btn', onclick: () => add(key, kind, name)},
                `+ ${wordsOf(name, app.data.language)}`,
              ),
            ),
          )
        : '',
      el(
        'form',
        {
          class: 'row',
          onsubmit: (event) => {
            event.preventDefault();
            const words = own.value.trim();
            if (words) add(newKey(), 'text', {[app.data.language]: words});
          },
        },
        own,
        el('button', {class: 'btn'}, app.say('own_lane')),
      ),
    );
  };
  draw();
  return [section];
}

/* ---- personas ---- */
const PERSONA = ['about', 'quote', 'goals', 'fears', 'devices'];

export function personasPanel(app) {
  const section = el('section', {});
  const draw = () => {
    const {personas} = app.journey;
    const {limits, segments} = app.data;
    const set = (key, change, more) => app.change((journey) => setIn(journey, 'personas', key, change), more);
    section.replaceChildren(
      heading(app, app.say('personas')),
      personas.length > limits.advised
        ? el('p', {class: 'note warn', role: 'status'}, app.say('personas_many'))
        : '',
      ...personas.map((one) =>
        el(
          'fieldset',
          {class: 'form'},
          el('legend', {}, one.name),
          field(
            app.say('name'),
            typed(
              app,
              one.name,
              (j, words) => (words.trim() ? setIn(j, 'personas', one.key, {name: words.trim()}) : j),
              {
                join: `persona:${one.key}`,
                maxlength: 120,
              },
            ),
          ),
          field(
            app.say('counted'),
            select([['', app.say('nobody')], ...segments.map((s) => [s.id, s.name])], one.segment ?? '', {
              onchange: (event) => set(one.key, {segment: event.target.value}),
            }),
          ),
          PERSONA.map((name) =>
            field(
              app.say(`persona_${name}`),
              typed(app, one[name], (j, words) => setIn(j, 'personas', one.key, {[name]: words.trim()}), {
                join: `persona:${one.key}:${name}`,
                maxlength: 500,
              }),
            ),
          ),
          el(
            'button',
            {
              type: 'button',
              class: 'lnkb',
              onclick: () => {
                app.change((journey) => removeFrom(journey, 'personas', one.key), {
                  undo: app.say('removed', {name: one.name}),
                });
                draw();
              },
            },
            app.say('remove'),
          ),
        ),
      ),
      personas.length < limits.personas
        ? el(
            'button',
            {
              type: 'button',
              class: 'btn',
              onclick: () => {
                app.change((journey) =>
                  addTo(journey, 'personas', {key: newKey(), name: app.say('new_persona')}),
                );
                draw();
                section.querySelector('fieldset:last-of-type input').focus();
              },
            },
            app.say('add_persona'),
          )
        : '',
    );
  };
  draw();
  return [section];
}

/* ---- opportunities ---- */
export function opportunityPanel(app, {key, stage}) {
  if (!key) {
    const title = el('input', {type: 'text', maxlength: 120, required: true});
    const make = (event) => {
      event.preventDefault();
      if (app.journey.opportunities.length >= app.data.limits.opportunities)
        return app.refuse(app.say('opportunities_limit', {n: app.data.limits.opportunities}));
      const one = {key: newKey(), title: title.value.trim(), stage};
      app.change((journey) => addTo(journey, 'opportunities', one));
      return app.openPanel('opportunity', {key: one.key});
    };
    return [
      el(
        'section',
        {},
        heading(app, app.say('add_opportunity_in', {stage: app.nameOf(stageOf(app.journey, stage))})),
        el(
          'form',
          {class: 'form', onsubmit: make},
          field(app.say('opportunity_title'), title),
          el('p', {class: 'row'}, el('button', {class: 'btn main'}, app.say('add_to_map'))),
        ),
      ),
    ];
  }
  const one = app.journey.opportunities.find((other) => other.key === key);
  if (!one) return [];
  const {names, experiments} = app.data;
  const set = (change, more) => app.change((journey) => setIn(journey, 'opportunities', key, change), more);
  const text = (name, long = false) =>
    field(
      app.say(`opportunity_${name}`),
      typed(
        app,
        one[name],
        (journey, words) =>
          name === 'title' && !words.trim()
            ? journey
            : setIn(journey, 'opportunities', key, {[name]: words.trim()}),
        {join: `opportunity:${key}:${name}`, long, maxlength: long ? 2000 : 120},
      ),
    );
  const touchpoints = stageOf(app.journey, one.stage).touchpoints.map((other) => [
    other.key,
    app.nameOf(other),
  ]);
  return [
    el(
      'section',
      {class: 'form'},
      heading(app, one.title),
      text('title'),
      field(
        app.say('opportunity_state'),
        select(Object.entries(names.states), one.state ?? 'idea', {
          onchange: ({target}) => {
            set({state: target.value, ...shipping(app, one, target.value)});
            app.openPanel('opportunity', {key}); // with the day it was shipped
            app.focus(`state:${key}`);
          },
          'data-focus': `state:${key}`,
        }),
      ),
      field(
        app.say('touchpoint'),
        select([['', app.say('whole_stage')], ...touchpoints], one.touchpoint ?? '', {
          onchange: (event) => set({touchpoint: event.target.value}),
        }),
      ),
      text('owner'),
      field(
        app.say('opportunity_effort'),
        select([['', ''], ...Object.entries(names.efforts)], one.effort ?? '', {
          onchange: (event) => set({effort: event.target.value}),
        }),
      ),
      field(
        app.say('opportunity_experiment'),
        select([['', ''], ...experiments.map((e) => [e.id, e.name])], one.experiment ?? '', {
          onchange: (event) => set({experiment: event.target.value}),
        }),
      ),
      field(
        app.say('opportunity_shipped_on'),
        el('input', {
          type: 'date',
          value: one.shipped_on ?? '',
          onchange: (event) => set({shipped_on: event.target.value}),
        }),
      ),
      text('note', true),
      el(
        'button',
        {
          type: 'button',
          class: 'lnkb',
          onclick: () => {
            app.change((journey) => removeFrom(journey, 'opportunities', key), {
              undo: app.say('removed', {name: one.title}),
            });
            app.closePanel();
          },
        },
        app.say('remove'),
      ),
    ),
  ];
}

// On the day it is shipped, the figure of its touchpoint is kept to be compared with later.
function shipping(app, one, state) {
  if (state !== 'shipped' || one.before) return {};
  const before = app.data.figures.touchpoints[one.touchpoint]?.frozen;
  return {shipped_on: one.shipped_on || app.data.today, ...(before ? {before} : {})};
}

/* ---- the map itself ---- */
export function aboutPanel(app) {
  const {journey} = app;
  const text = (name, most, required = false) =>
    field(
      app.say(`about_${name}`),
      typed(
        app,
        journey[name],
        (j, words) => (required && !words.trim() ? j : {...j, [name]: words.trim()}),
        {
          join: `about:${name}`,
          maxlength: most,
        },
      ),
    );
  return [
    el(
      'section',
      {class: 'form'},
      heading(app, app.say('about')),
      text('name', 120, true),
      text('objective', 300),
      text('owner', 120),
      field(
        app.say('about_review_on'),
        el('input', {
          type: 'date',
          value: journey.review_on ?? '',
          onchange: (event) => app.change((j) => ({...j, review_on: event.target.value})),
        }),
      ),
      field(
        app.say('about_window_days'),
        el('input', {
          type: 'number',
          min: 1,
          max: 365,
          value: journey.window_days,
          oninput: (event) => {
            const days = Math.round(Number(event.target.value));
            if (days >= 1 && days <= 365)
              app.change((j) => ({...j, window_days: days}), {join: 'about:window', quiet: true});
          },
        }),
      ),
    ),
  ];
}
