// The panel of an opportunity.
import {el, field, select} from './dom.js';
import {addTo, newKey, removeFrom, setIn, stageOf} from './model.js';
import {heading, typed} from './panel_parts.js';

export function opportunityPanel(app, {key, stage}) {
  if (!key) {
    const title = el('input', {type: 'text', maxlength: 120, required: true});
    const make = (event) => {
      event.preventDefault();
      if (app.journey.opportunities.length >= app.data.limits.opportunities)
        return app.refuse(app.say('opportunities_limit', {n: app.data.limits.opportunities}));
      const one = {key: newKey(), title: title.value.trim(), stage};
      app.change((journey) => addTo(journey, 'opportunities', one), {
        said: app.say('added_to', {name: app.nameOf(stageOf(app.journey, stage))}),
      });
      return app.openPanel('opportunity', {key: one.key, stage});
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
            app.openPanel('opportunity', {key, stage: one.stage}); // with the day it was shipped
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

// The server adds the figure from before that day when it saves.
function shipping(app, one, state) {
  return state === 'shipped' ? {shipped_on: one.shipped_on || app.data.today} : {};
}
