// Draws the map: the same columns and lanes as the map to read, each part open for editing.
import {cellNode, placeId} from './cells.js';
import {el, select} from './dom.js';
import {menuNode} from './menu.js';
import {cellOf, contactsOf} from './model.js';
import {moodNode} from './mood.js';
import {gripNode} from './moving.js';

export function drawBoard(app) {
  const {stages} = app.journey;
  const lanes = app.journey.lanes.filter((lane) => !lane.hidden && lane.kind in CELLS);
  const open = stages.filter((stage) => !app.isFolded(stage));
  const grid = el(
    'div',
    {class: 'jm'},
    el('div', {class: 'lane corner'}, el('div', {}, el('b', {}, app.say('stage')))),
  );
  grid.style.setProperty('--n', open.length);
  grid.style.setProperty('--folds', stages.length - open.length);
  grid.style.setProperty(
    '--cols',
    stages.map((stage) => (app.isFolded(stage) ? '2.25rem' : 'minmax(9.5rem,1fr)')).join(' '),
  );
  stages.forEach((stage, n) =>
    grid.append(app.isFolded(stage) ? foldNode(app, stage, n, lanes) : headNode(app, stage)),
  );
  for (const lane of lanes) {
    grid.append(laneNode(app, lane));
    open.forEach((stage, n) => {
      const node = CELLS[lane.kind](app, lane, stage, open, n);
      node.dataset.column = stage.key;
      grid.append(node);
    });
  }
  app.board.replaceChildren(grid);
}

function laneNode(app, lane) {
  const note = lane.kind === 'emotion' ? app.say('emotion_hint') : app.data.names.notes[lane.kind];
  return el(
    'div',
    {class: lane.kind === 'line' ? 'lane cut' : 'lane'},
    el('div', {}, el('span', {}, app.laneName(lane)), note ? el('small', {}, note) : null),
  );
}

function foldNode(app, stage, n, lanes) {
  const node = el(
    'div',
    {class: 'fold'},
    el(
      'button',
      {type: 'button', 'data-focus': `fold:${stage.key}`, onclick: () => app.fold(stage, false)},
      el('b', {}, app.nameOf(stage)),
      ` ${app.say('folded')}`,
    ),
  );
  node.style.gridColumn = n + 2;
  node.style.gridRow = `1 / span ${lanes.length + 1}`;
  return node;
}

function headNode(app, stage) {
  const figures = app.data.figures.stages[stage.key];
  const goal = app.data.goals.find((one) => one.id === stage.completes);
  const name = app.nameOf(stage);
  const node = el(
    'div',
    {class: figures?.alarm ? 'stg st alarm' : 'stg st', 'data-card': stage.key},
    el(
      'div',
      {class: 'nmrow'},
      gripNode(app, 'stage', stage.key, name),
      el(
        'h2',
        {},
        el(
          'button',
          {
            type: 'button',
            class: 'nm',
            title: app.say('rename'),
            'data-focus': `name:${stage.key}`,
            onclick: () => app.rename(stage),
            onkeydown: (event) => event.key === 'Delete' && app.removeStage(stage),
          },
          name,
        ),
      ),
      menuNode(app, stage.key, app.say('stage_menu', {name}), app.stageMenu(stage)),
    ),
    el(
      'p',
      {class: 'vv'},
      figures ? [el('b', {}, figures.visitors), ` ${app.say('visitors')}`, el('br')] : null,
      figures ? [el('b', {}, figures.go), figures.more] : null,
      goal ? [el('br'), app.say('the_goal', {name: goal.name})] : null,
    ),
  );
  node.dataset.column = stage.key;
  return node;
}

/* ---- what is in a cell, by the kind of its lane ---- */
function textCell(app, lane, stage) {
  const label = `${app.laneName(lane)}, ${app.nameOf(stage)}`;
  const about = stage.touchpoints
    .map((one) => [one, {lane: lane.key, stage: stage.key, touchpoint: one.key}])
    .filter(([, place]) => cellOf(app.journey, place) || app.begun.has(placeId(place)));
  const others = stage.touchpoints.filter((one) => !about.some(([there]) => there === one));
  return el(
    'div',
    {class: 'cw'},
    cellNode(app, {lane: lane.key, stage: stage.key}, label),
    about.flatMap(([one, place]) => [
      el('small', {class: 'mut'}, app.nameOf(one)),
      cellNode(app, place, `${label}, ${app.nameOf(one)}`),
    ]),
    others.length ? aboutOne(app, lane, stage, others) : null,
  );
}

// A choice that begins a text about one touchpoint, in its place.
function aboutOne(app, lane, stage, touchpoints) {
  const choices = touchpoints.map((one) => [one.key, app.nameOf(one)]);
  const label = `${app.say('about_one')} ${app.laneName(lane)}, ${app.nameOf(stage)}`;
  const choice = select([['', app.say('about_one')], ...choices], '', {class: 'aboutone', 'aria-label': label});
  choice.addEventListener('change', () => {
    const place = placeId({lane: lane.key, stage: stage.key, touchpoint: choice.value});
    app.begun.add(place);
    app.draw();
    app.focus(place);
    document.activeElement.click();
  });
  return choice;
}

function touchpointsCell(app, lane, stage) {
  return el(
    'div',
    {class: 'cw', 'data-touchpoints': ''},
    stage.touchpoints.map((one) => cardNode(app, stage, one)),
    el(
      'button',
      {
        class: 'add',
        type: 'button',
        'data-focus': `add:${stage.key}`,
        'aria-label': app.say('add_touchpoint_in', {stage: app.nameOf(stage)}),
        onclick: () => app.openPanel('touchpoint', {stage: stage.key}),
      },
      app.say('add'),
    ),
  );
}

function cardNode(app, stage, touchpoint) {
  const figures = app.data.figures.touchpoints[touchpoint.key];
  const name = app.nameOf(touchpoint);
  const contacts = contactsOf(touchpoint);
  const kind = contacts[0]?.on ?? 'manual';
  const reach = figures?.shares.reach;
  const note = [
    kind === 'page' ? app.counted('patterns', contacts.length) : app.data.names.kinds[kind],
    reach,
  ].filter(Boolean);
  return el(
    'div',
    {class: `tpc${figures?.alarm ? ' alarm' : ''}`, 'data-card': touchpoint.key},
    figures?.thumb ? el('img', {src: figures.thumb, alt: '', loading: 'lazy'}) : null,
    gripNode(app, 'touchpoint', touchpoint.key, name),
    el(
      'button',
      {
        class: 'nm',
        type: 'button',
        'data-focus': `name:${touchpoint.key}`,
        onclick: () => app.openPanel('touchpoint', {stage: stage.key, key: touchpoint.key}),
        onkeydown: (event) => event.key === 'Delete' && app.removeTouchpoint(touchpoint),
      },
      el('b', {}, name),
      el('small', {}, note.join(', ')),
    ),
    menuNode(app, touchpoint.key, name, app.touchpointMenu(stage, touchpoint)),
  );
}

function targetsCell(app, lane, stage) {
  const lines = stage.touchpoints.flatMap((one) => one.targets.map((target) => [one, target]));
  return el(
    'div',
    {class: 'cw'},
    lines.map(([one, target]) => {
      const now = app.data.figures.touchpoints[one.key]?.shares[target.metric];
      return el(
        'button',
        {
          class: 'ce',
          type: 'button',
          onclick: () => app.openPanel('touchpoint', {stage: stage.key, key: one.key}),
        },
        stage.touchpoints.length > 1
          ? app.say('named', {name: app.nameOf(one), value: app.data.names.metrics[target.metric]})
          : app.data.names.metrics[target.metric],
        ' ',
        now ? [el('b', {}, now), ', '] : null,
        app.say(target.wanted === 'most' ? 'at_most' : 'at_least', {value: app.targetValue(target)}),
      );
    }),
    stage.touchpoints.length && !lines.length
      ? el(
          'button',
          {
            class: 'ce empty',
            type: 'button',
            onclick: () => app.openPanel('touchpoint', {stage: stage.key, key: stage.touchpoints[0].key}),
          },
          app.say('set_target'),
        )
      : null,
  );
}

function opportunitiesCell(app, lane, stage) {
  const here = app.journey.opportunities.filter((one) => one.stage === stage.key);
  return el(
    'div',
    {class: 'cw'},
    here.map((one) =>
      el(
        'button',
        {
          class: 'ce op',
          type: 'button',
          'data-focus': `opportunity:${one.key}`,
          onclick: () => app.openPanel('opportunity', {key: one.key, stage: stage.key}),
        },
        el('b', {}, one.title),
        el(
          'small',
          {},
          el('span', {class: `stat ${one.state ?? 'idea'}`}, app.data.names.states[one.state ?? 'idea']),
        ),
      ),
    ),
    el(
      'button',
      {
        class: 'add',
        type: 'button',
        'data-focus': `add-opportunity:${stage.key}`,
        // It contains the words that are shown.
        'aria-label': app.say(here.length ? 'add_opportunity_in' : 'add_one_opportunity_in', {
          stage: app.nameOf(stage),
        }),
        onclick: () => app.openPanel('opportunity', {stage: stage.key}),
      },
      app.say(here.length ? 'add' : 'add_one'),
    ),
  );
}

const emotionCell = (app, lane, stage, open, n) => moodNode(app, lane, stage, [open[n - 1], open[n + 1]]);

// What only the map to read shows: here its place among the lanes can be chosen.
const measuredCell = (app, lane, stage) =>
  el(
    'div',
    {class: 'cw'},
    stage.touchpoints.length
      ? el('small', {class: 'mut'}, app.say(lane.kind === 'feedback' ? 'no_survey' : 'measured_lane'))
      : null,
  );

const CELLS = {
  text: textCell,
  pains: textCell,
  gap: textCell,
  line: () => el('div', {class: 'line'}),
  touchpoints: touchpointsCell,
  emotion: emotionCell,
  targets: targetsCell,
  opportunities: opportunitiesCell,
  actions: measuredCell,
  channels: measuredCell,
  hours: measuredCell,
  heatmaps: measuredCell,
  steps: measuredCell,
  feedback: measuredCell,
};
