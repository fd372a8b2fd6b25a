// The panel of the personas: their cards, and who is counted for each.
import {el, field, select} from './dom.js';
import {addTo, newKey, removeFrom, setIn} from './model.js';
import {heading, typed} from './panel_parts.js';

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
