// What the panels have in common: their heading, and fields that change the journey as they are typed.
import {el, field} from './dom.js';
import {inLanguage} from './model.js';

export const heading = (app, words) =>
  el(
    'div',
    {class: 'ph'},
    el('h2', {tabindex: -1}, words),
    el('button', {type: 'button', class: 'btn quiet', onclick: () => app.closePanel()}, app.say('close')),
  );

// A text field that changes the journey as it is typed.
export const typed = (app, value, change, {join, long = false, ...attributes}) =>
  el(long ? 'textarea' : 'input', {
    type: long ? null : 'text',
    rows: long ? 3 : null,
    value: value ?? '',
    ...attributes,
    oninput: (event) => app.change((journey) => change(journey, event.target.value), {join, quiet: true}),
  });

export const second = (app) => (app.data.language === 'en' ? 'fr' : 'en');

// The name in both languages; a name that is empty in both stays.
export const nameFields = (app, one, find, set) =>
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
