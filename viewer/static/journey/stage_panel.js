// The panel of a stage.
import {el, field, select} from './dom.js';
import {setStage, stageOf} from './model.js';
import {heading, nameFields} from './panel_parts.js';

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
