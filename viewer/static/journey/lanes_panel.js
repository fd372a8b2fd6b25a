// The panel of the lanes: which are shown, in which order, and new ones.
import {el} from './dom.js';
import {addTo, moveIn, newKey, setIn, wordsOf} from './model.js';
import {heading} from './panel_parts.js';

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
