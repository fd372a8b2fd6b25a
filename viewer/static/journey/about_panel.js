// The panel of the map itself: its name, objective, owner, review and goals.
import {el, field} from './dom.js';
import {heading, typed} from './panel_parts.js';

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
