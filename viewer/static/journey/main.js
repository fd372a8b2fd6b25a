// A journey map open for editing: one state, changed by pure functions (model.js), drawn after each change (board.js)
// and saved a moment later (saver.js).
import {aboutPanel} from './about_panel.js';
import {mapActions} from './actions.js';
import {drawBoard} from './board.js';
import {keepMine, keepTheirs, placeId} from './cells.js';
import {el, worded} from './dom.js';
import {History} from './history.js';
import {lanesPanel} from './lanes_panel.js';
import {alike, same} from './merge.js';
import {contactsOf, touchpointOf, wordsOf} from './model.js';
import {opportunityPanel} from './opportunity_panel.js';
import {personasPanel} from './personas_panel.js';
import {Recount} from './recount.js';
import {Saver} from './saver.js';
import {seenPanel} from './seen.js';
import {fetchRows} from './seen_list.js';
import {stagePanel} from './stage_panel.js';
import {touchpointPanel} from './touchpoint_panel.js';

const UNDO_SHOWN = 10_000; // ms
const TEXT = 'input:not([type=checkbox],[type=radio]),textarea,select';
const data = JSON.parse(document.querySelector('[data-editor]').textContent);
const part = (name) => document.querySelector(`[data-${name}]`);
const [board, panel, undoBar, status, live, notice] = [
  'board',
  'panel',
  'undo-bar',
  'saved',
  'live',
  'notice',
].map(part);
const place = `parcours-journey:${data.urls.save}`;

const app = {
  data,
  board,
  journey: data.journey,
  version: data.journey.version,
  say: worded(data.words),
  typing: false,
  seen: null,
  opened: ['seen', {}],
  folded: new Set(),
  unfolded: new Set(),
  begun: new Set(), // places of cells about one touchpoint that are still empty

  /* ---- words ---- */
  nameOf: (one) => wordsOf(one.name, data.language, one.key),
  laneName: (lane) => wordsOf(lane.name, data.language, data.names.lanes[lane.key] ?? lane.key),
  signed: (value) =>
    `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toLocaleString(data.locale)}`,
  counted: (name, n) => app.say(n === 1 ? `${name}_one` : `${name}_many`, {n: n.toLocaleString(data.locale)}),
  isTime: (metric) => data.times.includes(metric),
  targetValue: ({metric, value}) =>
    app.isTime(metric)
      ? `${(value / 1000).toLocaleString(data.locale)} s`
      : `${(Math.round(value * 1000) / 10).toLocaleString(data.locale)}${data.language === 'fr' ? '\u202f%' : '%'}`,
  narrow: () => matchMedia('(max-width: 44rem)').matches,

  /* ---- changes ---- */
  // `said`: announced; `undo`: offered to be undone; `focus`: what has the focus afterwards; `join`: see History;
  // `quiet`: the map is not drawn again while somebody types.
  change(fn, {said = '', undo = '', focus = '', join = '', quiet = false} = {}) {
    const before = app.journey;
    const after = fn(before);
    if (same(before, after)) return;
    app.journey = after;
    history.push(before, after, join);
    saver.changed();
    if (quiet) drawSoon();
    else app.draw();
    if (focus) app.focus(focus);
    if (said) app.announce(said);
    if (undo) showUndo(undo);
    buttons();
  },

  draw() {
    if (app.typing) return;
    if (pressed) {
      late = true; // what is pressed must still be there when it is let go
      return;
    }
    const focused = document.activeElement?.dataset?.focus;
    const {scrollLeft} = board;
    drawBoard(app);
    board.scrollLeft = scrollLeft;
    if (
      focused &&
      board.contains(document.activeElement) === false &&
      !panel.contains(document.activeElement)
    )
      app.focus(focused);
    showClashes();
  },

  focus(id) {
    document.querySelector(`[data-focus="${CSS.escape(id)}"]`)?.focus();
  },

  // The bar of an opportunity; where that is gone, or there is none yet, the button that adds one to its stage.
  focusOpportunity(key, stage) {
    const bar = key && document.querySelector(`[data-focus="${CSS.escape(`opportunity:${key}`)}"]`);
    if (bar) bar.focus();
    else app.focus(`add-opportunity:${stage}`);
  },

  announce(words) {
    live.textContent = '';
    live.textContent = words;
  },

  refuse(words) {
    part('refusal').replaceChildren(
      el('span', {}, words),
      el(
        'button',
        {type: 'button', class: 'btn quiet', onclick: () => part('refusal').replaceChildren()},
        '✕',
      ),
    );
    return false;
  },

  /* ---- panels ---- */
  openPanel(name, given = {}) {
    app.opened = [name, given];
    panel.replaceChildren(...PANELS[name](app, given));
    panel.setAttribute('aria-label', panel.querySelector('h2')?.textContent ?? '');
    if (name === 'seen') return;
    panel.querySelector('h2')?.focus();
    panel.scrollTop = 0;
    if (matchMedia('(max-width: 62rem)').matches) panel.scrollIntoView({block: 'start'});
  },
  closePanel() {
    const [name, {key, stage}] = app.opened;
    app.openPanel('seen');
    if (name === 'opportunity') app.focusOpportunity(key, stage);
    else app.focus(key ? `name:${key}` : `add:${stage}`);
  },

  /* ---- what the server knows ---- */
  fetchSeen: (what, page = '') => fetchRows(data.urls.seen, what, page),
  async fetchFit(patterns, touchpoint) {
    const query = new URLSearchParams({pages: patterns.join('\n'), touchpoint});
    const url = `${data.urls.fit}${data.urls.fit.includes('?') ? '&' : '?'}${query}`;
    try {
      const answer = await fetch(url, {headers: {accept: 'application/json'}});
      return answer.ok ? answer.json() : null;
    } catch {
      return null;
    }
  },
  // The touchpoint that claims what was seen: on the map as it is now, or as it was when it was seen.
  claimedBy(row) {
    const every = app.journey.stages.flatMap((stage) => stage.touchpoints);
    const has = (one) =>
      contactsOf(one).some((contact) => Object.entries(row.contact).every(([k, v]) => contact[k] === v));
    return (
      every.find(has)?.key ??
      (row.touchpoint && touchpointOf(app.journey, row.touchpoint) ? row.touchpoint : '')
    );
  },

  /* ---- saving ---- */
  saving() {
    status.textContent = app.say('saving');
  },
  saved(journey, {clashes, others}) {
    recount.saved(journey);
    const changed = !alike(journey, app.journey);
    app.journey = journey;
    if (!saver.dirty)
      status.replaceChildren(
        el('span', {class: 'good'}, '✓'),
        ` ${app.say('saved', {at: clock(new Date())})}`,
      );
    if (changed) app.draw();
    if (others) app.announce(app.say('others_changed'));
    const elsewhere = clashes.filter((path) => !path.startsWith('cells.'));
    if (elsewhere.length) app.refuse(app.say('clash_elsewhere', {paths: elsewhere.join(', ')}));
  },
  unsaved(since, why = '') {
    status.replaceChildren(
      el('b', {class: 'warn'}, app.say('unsaved', {at: clock(since)})),
      ` ${why || app.say('kept_here')} `,
      el('button', {type: 'button', class: 'lnkb', onclick: () => saver.send()}, app.say('try_now')),
    );
  },
};

Object.assign(app, mapActions(app, part));

const PANELS = {
  seen: seenPanel,
  touchpoint: touchpointPanel,
  stage: stagePanel,
  lanes: lanesPanel,
  personas: personasPanel,
  opportunity: opportunityPanel,
  about: aboutPanel,
};

const clock = (date) =>
  date.toLocaleTimeString(data.locale, {hour: '2-digit', minute: '2-digit', hour12: false});

// While somebody types in a panel, the map follows without taking the focus.
let waiting;
const drawSoon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => app.draw(), 150);
};

let pressed = false;
let late = false;
addEventListener('pointerdown', () => (pressed = true), true);
for (const end of ['pointerup', 'pointercancel'])
  addEventListener(
    end,
    () => {
      pressed = false;
      if (late) setTimeout(() => app.draw());
      late = false;
    },
    true,
  );

/* ---- two people in one cell ---- */
function showClashes() {
  const cells = app.journey.cells.filter((cell) => Object.keys(cell.other ?? {}).length);
  if (!cells.length) {
    notice.hidden = true;
    notice.replaceChildren();
    return;
  }
  const [cell] = cells;
  const where = {lane: cell.lane, stage: cell.stage, touchpoint: cell.touchpoint ?? ''};
  const lane = app.journey.lanes.find((one) => one.key === cell.lane);
  const stage = app.journey.stages.find((one) => one.key === cell.stage);
  const button = (name, run) => el('button', {type: 'button', class: 'btn', onclick: run}, app.say(name));
  notice.hidden = false;
  notice.replaceChildren(
    el(
      'span',
      {},
      el('b', {}, app.say('two_wrote', {lane: app.laneName(lane), stage: app.nameOf(stage)})),
      ` ${app.say('both_kept')}`,
    ),
    el(
      'span',
      {class: 'row'},
      button('show', () => app.focus(placeId(where))),
      button('keep_mine', () => keepMine(app, where)),
      button('keep_theirs', () => keepTheirs(app, where)),
    ),
  );
}

/* ---- undo and redo ---- */
let undoTimer;
function showUndo(words) {
  undoBar.replaceChildren(
    el('span', {}, words),
    el('button', {type: 'button', onclick: () => step('undo')}, app.say('undo')),
    el('kbd', {}, 'Ctrl Z'),
  );
  undoBar.hidden = false;
  hideUndo();
}
function hideUndo() {
  clearTimeout(undoTimer);
  undoTimer = setTimeout(() => {
    if (undoBar.matches(':hover') || undoBar.contains(document.activeElement)) hideUndo();
    else undoBar.hidden = true;
  }, UNDO_SHOWN);
}

function step(way) {
  const journey = history[way](app.journey);
  if (!journey) return;
  app.journey = journey;
  undoBar.hidden = true;
  saver.changed();
  app.draw();
  app.openPanel(...reopened());
  app.announce(app.say(way === 'undo' ? 'undone' : 'redone'));
  buttons();
}

// The panel shows what is on the map now; one of something that is gone is closed.
function reopened() {
  const [name, given] = app.opened;
  const gone =
    (name === 'touchpoint' && given.key && !touchpointOf(app.journey, given.key)) ||
    (name === 'stage' && !app.journey.stages.some((one) => one.key === given.key)) ||
    (name === 'opportunity' && given.key && !app.journey.opportunities.some((one) => one.key === given.key));
  return gone ? ['seen', {}] : [name, given];
}

function buttons() {
  part('undo').disabled = !history.done.length;
  part('redo').disabled = !history.undone.length;
}

document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches(TEXT)) return;
  const key = event.key.toLowerCase();
  const way = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : '';
  if (!way) return;
  event.preventDefault();
  step(way);
});

const recount = new Recount(app, part('recount'));
const history = new History(`${place}:steps`);
const saver = new Saver(app, data.urls.save, place, document.querySelector('meta[name=csrf]').content);
const ACTS = {
  undo: () => step('undo'),
  redo: () => step('redo'),
  'add-stage': () => app.addStage(),
  lanes: () => app.openPanel('lanes'),
  personas: () => app.openPanel('personas'),
  about: () => app.openPanel('about'),
};
for (const [name, run] of Object.entries(ACTS)) part(name).addEventListener('click', run);

const MAKES = {page: 'pages', referrer: 'channels', event: 'events'}; // what a link of the map names
const [, asked, name] = decodeURIComponent(location.hash).match(/^#make=(\w+):(.+)$/s) ?? [];
if (MAKES[asked]) {
  const on = asked === 'referrer' ? 'channel' : asked;
  const make = {on, [asked === 'event' ? 'name' : asked]: name};
  app.seen = {what: MAKES[asked], only: true, find: '', page: '', all: true, make};
  window.history.replaceState(null, '', location.pathname + location.search);
}

saver.restore();
app.draw();
app.openPanel('seen');
if (location.hash === '#about') app.openPanel('about'); // where the next review is set
// A link of the map to read adds an opportunity to a stage.
const [, stageKey] = location.hash.match(/^#add-opportunity=([\w-]+)$/) ?? [];
if (app.journey.stages.some((one) => one.key === stageKey)) {
  window.history.replaceState(null, '', location.pathname + location.search);
  app.openPanel('opportunity', {stage: stageKey});
}
buttons();
document.documentElement.dataset.ready = 'journey';
