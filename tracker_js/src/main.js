// Starts the tracker of the page, and answers `window.parcours(command, …)`.
import {trimAddress} from './address.js';
import {buildBatch} from './batch.js';
import {captureClicks} from './clicks.js';
import {customRow, wellFormed, withVariant} from './custom.js';
import {ADDRESS, LEFT, makeEffects} from './effects.js';
import {guard, later, listen} from './guard.js';
import {captureHover} from './hover.js';
import {captureResize} from './resize.js';
import {captureRoutes} from './routes.js';
import {captureScroll} from './scroll.js';
import {makeSender} from './send.js';
import {contextOf, makeView, placeOf, randomId} from './view.js';

const CLICK_WAIT = 10_000; // ms until an unsent click is sent
const OTHER_WAIT = 30_000; // ms until anything else is
const MOST_ROWS = 80; // of one kind that wait; the wire takes 200 in a batch
const PASSING = 250; // ms: a pointer that was shorter on a place only passed by
const SETTLE = 300; // ms after which a new page is looked at
const ENGAGED = 15_000; // ms after the last input that count as engaged
const READING = 10_000; // ms after the last input in which the bands in view count as read
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
  const trim = (href) => trimAddress(href, (keepQuery || '').split(/[\s,]+/));
  // What makes the address a page: campaigns do not.
  const keyOf = (url) => url.replace(/utm_[^&]*|[?&]/g, '');
  // Global Privacy Control and Do Not Track are taken as a refusal to be known again.
  const refuses = navigator.globalPrivacyControl || navigator.doNotTrack === '1';
  const me = {id: refuses ? '' : stored(ID), variants: {}};
  let view;
  let timer = 0;
  let due;
  let last = 0; // time of the last input
  let since; // until when time was added up

  const schedule = (ms) => {
    const at = Date.now() + ms;
    if (timer && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = later(flush, ms);
  };
  // How long the visitor was really here. Nothing ticks: time is added up when something happens.
  const settle = () => {
    const now = Date.now();
    const spent = (limit) => Math.max(0, Math.min(now, last + limit) - since);
    view.sum.ms += spent(ENGAGED);
    scroll.spend(spent(READING));
    since = now;
  };
  const touch = () => {
    if (Date.now() - last > READING) settle();
    last = Date.now();
  };
  const tracker = {
    touch,
    settle,
    moved: () => hover.leave(),
    later: () => schedule(OTHER_WAIT),
    find: (kind, test) => view.rows[kind].find(test),
    add: (kind, row) => {
      if (row.el) row.e = placeOf(view, row.el, site);
      if (kind === 'click') view.sum.clicks++;
      schedule(view.rows[kind].push(row) > MOST_ROWS ? 0 : kind === 'click' ? CLICK_WAIT : OTHER_WAIT);
      return row;
    },
  };
  /** Makes a batch of what waits. `final`: the view is hidden, left or over, so open ends are closed. */
  const flush = (final) => {
    clearTimeout(timer);
    timer = 0;
    settle();
    effects.settle(final);
    hover.leave();
    const {rows, sum} = view;
    const bottom = scroll.take();
    bottom.e = placeOf(view, bottom.el.isConnected ? bottom.el : document.body, site);
    delete bottom.el;
    const open = rows.click.filter((row) => row.r === undefined);
    rows.click = rows.click.filter((row) => row.r !== undefined);
    rows.hover = rows.hover.filter((row) => row.d >= PASSING);
    view.rows = {click: open, hover: [], resize: [], custom: []};
    if (open.length) schedule(CLICK_WAIT);
    const count = Object.values(rows).flat().length;
    if (view.refused || (view.seq && !count && sum.ms < view.sent + 1000)) return;
    view.sent = sum.ms;
    const head = {view: view.id, seq: view.seq++, t0: view.t0, ctx: contextOf(view, me), sum: {...sum}};
    sender.push(buildBatch(head, view.records, rows, bottom), count);
  };
  const open = (href, ref) => {
    view = makeView(trim(href), ref);
    since = last = Date.now();
    scroll.reset();
    later(scroll.look, SETTLE);
  };
  const turn = (href) => {
    const {url} = view;
    effects.note(ADDRESS);
    flush(true);
    open(href, url);
  };
  const leave = () => {
    effects.note(LEFT);
    flush(true);
    last = 0; // away: nothing counts until the next input
  };
  const onVisibility = () => {
    if (document.hidden) return leave();
    touch();
    sender.again();
  };
  const stop = () => {
    for (const one of stops.splice(0)) one();
    clearTimeout(timer);
    view = {rows: {}}; // what still calls gets nowhere: its errors are caught
  };

  const sender = makeSender(
    new URL(`c/${site}`, script.src).href,
    (n) => {
      view.sum.cut += n;
    },
    (id) => {
      if (view.id === id) view.refused = true;
    },
  );
  const effects = makeEffects();
  const hover = captureHover(tracker);
  const scroll = captureScroll(tracker);
  const stops = [
    effects.stop,
    ...captureClicks(tracker, effects),
    ...hover.stops,
    ...scroll.stops,
    ...captureResize(tracker),
    ...captureRoutes(() => keyOf(trim(location.href)) === keyOf(view.url) || turn(location.href)),
    ...sender.stops,
    listen(document, 'keydown', touch),
    listen(document, 'visibilitychange', onVisibility),
    listen(window, 'pagehide', () => {
      leave();
      sender.leave();
    }),
    listen(window, 'pageshow', (event) => event.persisted && open(location.href, view.ref)),
  ];
  open(location.href, document.referrer && trim(document.referrer).split('?')[0]);

  const setId = (id) => {
    me.id = stored(ID, id);
  };
  const commands = {
    page: (href = '') => turn(href),
    event: (name, value) => tracker.add('custom', customRow(name, value)),
    variant: (experiment, name) => {
      me.variants = withVariant(me.variants, experiment, name);
    },
    consent: (given) => {
      setId(given && !refuses ? me.id || randomId() : '');
      if (!given && consent === 'wait') stop();
      else sender.hold(false);
    },
    identify: (id) => {
      me.user = wellFormed(id);
    },
    exclude: () => {
      stored(OFF, '1');
      stop();
    },
    stop: () => {
      setId('');
      stop();
    },
  };
  for (const pair of variant?.split(/[\s,]+/) || []) commands.variant(...pair.split(/:(.*)/));
  if (consent === 'wait') sender.hold(!me.id);
  else if (consent !== undefined) commands.consent(true);
  return commands;
};

guard(() => {
  const script = document.currentScript || document.querySelector('script[data-site][src]');
  const queue = window.parcours?.q || [];
  if (window.parcours?.on || !script.dataset.site) return;
  const inert = {exclude: (yes) => yes === false && stored(OFF, '')};
  let commands;
  let stop;
  // A page in a background tab, or made ahead by the browser, has no visitor yet.
  const begin = () => {
    if (document.hidden) return;
    stop?.();
    commands = stored(OFF) ? inert : start(script);
    for (const [name, ...args] of queue) commands[name]?.(...args);
  };
  window.parcours = guard((...call) => (commands ? commands[call[0]]?.(...call.slice(1)) : queue.push(call)));
  window.parcours.on = 1;
  begin();
  if (!commands) stop = listen(document, 'visibilitychange', begin);
})();
