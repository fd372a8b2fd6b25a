// Starts the tracker of the page, and answers `window.parcours(command, …)`.
import {trimAddress} from './address.js';
import {buildBatch} from './batch.js';
import {captureClicks} from './clicks.js';
import {customRow, isVariant, wellFormed} from './custom.js';
import {ADDRESS, LEFT, makeEffects} from './effects.js';
import {guard, life, listen, makeTimer} from './guard.js';
import {captureHover} from './hover.js';
import {captureResize} from './resize.js';
import {captureRoutes} from './routes.js';
import {captureScroll} from './scroll.js';
import {makeSender} from './send.js';
import {contextOf, randomId} from './view.js';

const CLICK_WAIT = 8000; // ms until a click is sent, once it is known what followed (1.5 s)
const OTHER_WAIT = 30_000; // ms until anything else is
const MOST_ROWS = 100; // of one kind that wait; the wire takes 200 in a batch
const PASSING = 250; // ms: a pointer that was shorter on a place only passed by
const ENGAGED = 15_000; // ms after the last input that count as engaged
const NEWS = 1000; // ms: engagement that is worth a batch of its own
const ID = 'parcours.id';
const OFF = 'parcours.off';

/** Reads (no `value`), writes, or with '' removes; where storage is forbidden there is nothing. */
const stored = guard((key, value) => {
  if (value) localStorage[key] = value;
  else if (value === '') localStorage.removeItem(key);
  return localStorage[key];
});

const start = (script) => {
  const {site, keepQuery, consent, variant} = script.dataset;
  const trim = (href) => trimAddress(href, keepQuery?.split(/[\s,]+/));
  // What makes the address a page: campaigns do not.
  const keyOf = (url) => url.split(/.utm_/)[0];
  // Global Privacy Control and Do Not Track are taken as a refusal to be known again.
  const refuses = navigator.globalPrivacyControl || navigator.doNotTrack > 0;
  const me = {id: refuses ? '' : stored(ID), variants: {}};
  let view;
  let last = 0; // time of the last input
  let since; // until when time was added up

  // How long the visitor was really here. Nothing ticks: time is added up when something happens.
  const settle = () => {
    const now = Date.now();
    const spent = Math.max(0, Math.min(now, last + ENGAGED) - since);
    since = now;
    view.sum.ms += spent;
    scroll.spend(spent);
  };
  const tracker = {
    site,
    /** There was input. */
    touch: () => {
      settle();
      last = since;
      timer.set(OTHER_WAIT);
    },
    find: (kind, test) => view.rows[kind]?.find(test),
    add: (kind, row) => {
      timer.set((view.rows[kind] ||= []).push(row) > MOST_ROWS ? 0 : kind === 'click' ? CLICK_WAIT : OTHER_WAIT);
      return row;
    },
  };
  /** Makes a batch of what waits. `end`: the effect that ends the view, or hides it: open ends are closed. */
  const flush = (end) => {
    timer.stop();
    settle();
    effects.settle(end);
    leaveHover();
    const {rows, sum, id, t0} = view;
    const bottom = scroll.take();
    rows.hover &&= rows.hover.filter((row) => row.d >= PASSING);
    view.rows = {};
    const count = Object.values(rows).flat().length;
    if (view.refused || (view.seq && !count && sum.ms < view.sent + NEWS)) return;
    view.sent = sum.ms;
    const head = {v: 1, view: id, seq: view.seq++, t0, ctx: contextOf(view, me), sum};
    sender.push(view, buildBatch(head, rows, bottom), count);
  };
  const open = (href, ref) => {
    since = last = Date.now();
    view = {id: randomId(), seq: 0, t0: last, url: trim(href), ref, sum: {ms: 0, clicks: 0, cut: 0}, rows: {}};
    tracker.records = new WeakMap();
    scroll.reset();
  };
  const turn = (href) => {
    const {url} = view;
    flush(ADDRESS);
    open(href, url);
  };
  const leave = () => {
    flush(LEFT);
    last = 0; // away: nothing counts until the next input
  };
  const stop = () => {
    life.abort();
    sender.hold(true);
    view = 0; // what still calls gets nowhere: its errors are caught
  };

  const timer = makeTimer(flush);
  const sender = makeSender(new URL(`c/${site}`, script.src));
  const effects = makeEffects(
    guard((row) => {
      view.sum.clicks++;
      tracker.add('click', row);
    }),
  );
  captureClicks(tracker, effects);
  const leaveHover = captureHover(tracker);
  const scroll = captureScroll(tracker);
  captureResize(tracker);
  captureRoutes(() => keyOf(trim(location)) === keyOf(view.url) || turn(location));
  listen('keydown', tracker.touch);
  listen('visibilitychange', () => (document.hidden ? leave() : sender.again()));
  listen('pagehide', () => sender.leave(leave));
  listen('pageshow', (event) => event.persisted && open(location, view.ref));
  open(location, document.referrer && trim(document.referrer).split('?')[0]);

  const setId = (id) => {
    me.id = stored(ID, id);
  };
  const commands = {
    page: (href = '') => turn(href),
    event: (name, value) => tracker.add('custom', customRow(name, value)),
    variant: (experiment, name) => {
      if (isVariant(me.variants, experiment, name)) me.variants[experiment] = name;
    },
    consent: (given) => {
      setId(given && !refuses ? me.id || randomId() : '');
      if (!given && consent === 'wait') stop();
      else sender.hold(false);
    },
    identify: (id) => {
      if (me.id) me.id = wellFormed(`@${id}`);
    },
    exclude: (yes) => {
      stored(OFF, yes !== false ? 1 : '');
      stop();
    },
    stop: () => {
      setId('');
      stop();
    },
  };
  if (variant) commands.variant(...variant.split(/:(.*)/));
  if (consent === 'wait') sender.hold(!me.id);
  else if (consent !== undefined) commands.consent(true);
  if (stored(OFF)) stop();
  return commands;
};

guard(() => {
  const script = document.currentScript;
  const {q: queue = [], on} = window.parcours || {};
  if (on) return;
  let commands;
  const run = guard(([name, ...args]) => commands[name](...args));
  // A page in a background tab, or made ahead by the browser, has no visitor yet.
  const begin = () => {
    if (document.hidden || commands) return;
    commands = start(script);
    queue.forEach(run);
  };
  window.parcours = (...call) => (commands ? run(call) : queue.push(call));
  window.parcours.on = 1;
  listen('visibilitychange', begin);
  begin();
})();
