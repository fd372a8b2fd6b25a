// Starts the tracker, wires its captures together and runs the commands of `window.parcours(command, …)`.
// Each capture is `capture(emit, …)`: it gets what it needs as arguments, and returns `close` if it keeps a row open.
// stop.js ends the listeners and timers of all of them.
import {ears} from './ears.js';
import {guard} from './guard.js';
import {attach, listen, MARK} from './listen.js';
import {again, bye, held, hold, resume} from './send.js';
import {ask, consent, offline, outer, respect, setSite, site, url, variant} from './settings.js';
import {onStop, stopAll} from './stop.js';
import {stored} from './storage.js';
import {captureEffects} from './effects.js';
import {captureClicks} from './clicks.js';
import {captureErrors} from './errors.js';
import {captureFrames} from './frames.js';
import {captureHover} from './hover.js';
import {captureInputs} from './inputs.js';
import {captureResize} from './resize.js';
import {captureRoutes} from './routes.js';
import {captureScroll} from './scroll.js';
import {captureSubmits} from './submits.js';
import {fingerprint} from './elements.js';
import {placeOn, recordOf} from './place.js';
import {customRow, addVariant, wellFormed} from './custom.js';
import {address, closers, emit, leave, lookSoon, me, onRoute, open, randomId, touch, trim, turn} from './view.js';

const ID = 'parcours.id';
const OFF = 'parcours.off';
const ASK = 98; // kind of the fingerprint of a site that asks; elements use 0 … 11

// Global Privacy Control (https://w3c.github.io/gpc/) and Do Not Track (https://www.w3.org/TR/tracking-dnt/) mean that
// the visitor must not be recognised again, unless the site says otherwise.
const refuses = respect !== 'off' && (navigator.globalPrivacyControl || navigator.doNotTrack > 0);

const stop = () => {
  stopAll();
  hold(true);
};

const setId = (id) => {
  me.id = stored(ID, id);
  if (!id) stored('parcours.asked', ''); // of ask/main.js
};

// What parcours-ask.js is given: docs/feedback.md describes it.
const hooks = {me, ears, closers, emit, listen, onStop, stored, recordOf, placeOn, trim, randomId};

/** Loads what asks visitors, for the survey `key` or for those that may be due. */
const loadAsk = (key) => {
  hooks.url = url;
  // Blocked, or not to be had: that is no error of the page.
  if (!held && !outer) import(new URL('../parcours-ask.js', url)).then((it) => it.start(hooks, key)).catch(String);
};

const askIfDue = () => {
  // ASKING: marks of the sites that ask, from the collector that serves this file (build.js).
  if (ask !== undefined || /#parcours-ask/.test(location) || ASKING.split(' ').includes(fingerprint(site, ASK, 'ask')))
    loadAsk();
};

const commands = {
  ask: loadAsk,
  page: (href = '') => turn(href),
  event: (name, value) => emit('custom', customRow(name, value)),
  variant: (experiment, name) => addVariant(me.variants, experiment, name),
  consent: (given) => {
    setId(given && !refuses ? me.id || randomId() : '');
    if (!given && consent === 'wait') stop();
    else {
      hold(false);
      askIfDue();
    }
  },
  identify: (id) => {
    if (me.id) me.id = wellFormed(`@${id}`);
  },
  exclude: (yes) => {
    stored(OFF, yes !== false ? 1 : '');
    stop();
  },
  // A visitor's opposition: nothing is counted in this browser, and nothing that is stored identifies it.
  oppose: (yes) => {
    setId('');
    commands.exclude(yes);
  },
  stop: () => {
    setId('');
    stop();
  },
};

const start = () => {
  // A link that takes a picture in this browser (own_browser.js); it is no visit.
  if (/#parcours-snapshot=/.test(location)) return stop(import(new URL('../parcours-snapshot.js', url)));
  // The link of a visitor who opposes (docs/decisions/0035): the page that sent them here says whether it worked.
  if (/#parcours-oppose$/.test(location)) {
    commands.oppose();
    return location.replace(new URL(`../oppose/${site}?done=${stored(OFF)}`, url));
  }
  if (stored(OFF) || (refuses && respect === 'strict')) return stop();
  if (!refuses) me.id = stored(ID);
  if (consent === 'wait') hold(!me.id);
  else if (consent !== undefined) commands.consent(true);
  open(location, document.referrer && trim(document.referrer).split(/[?#]/)[0]);
  // First what sends: it must work even if a capture cannot start.
  // Never `unload` or `beforeunload`: phones do not fire them, and they keep a page out of the back/forward cache.
  // https://developer.chrome.com/docs/web-platform/page-lifecycle-api
  listen('visibilitychange', () => (document.hidden ? bye(leave) : again()));
  listen('online', again);
  listen('pagehide freeze', () => bye(leave, true));
  listen('pageshow', (event) => event.persisted && open(location, address.ref));
  if (variant) commands.variant(...variant.split(/:(.*)/));
  if (offline) guard(resume)();
  const effects = captureEffects(emit);
  const leaveHover = captureHover(emit, touch);
  closers.push(captureClicks(touch, effects), effects.settle, leaveHover, captureInputs(emit, touch));
  captureScroll(touch, lookSoon, leaveHover, effects);
  captureSubmits(emit);
  captureErrors(emit, effects);
  captureResize(emit);
  captureFrames(emit, effects);
  captureRoutes(onRoute);
  attach(window);
  askIfDue();
};

// The page may have a variable of this name, which stays; only our stub (docs/snippet.md) and the function of an
// earlier copy, below, are replaced: both use `.q`. An element or a frame of this name is no property of the window
// itself.
const own = Object.hasOwn(window, 'parcours') && window.parcours;
const isFree = !own || (own.call && /\.q\b/.test(own));
let started;
const run = guard(([name, ...args]) => commands[name](...args));
const command = (...call) => (started || call[0] === 'site' ? run(call) : command.q.push(call));

// A page in a background tab has no visitor yet, nor has a prerendered page
// (https://wicg.github.io/nav-speculation/prerendering.html).
const begin = () => {
  if (document.hidden || started || !site) return;
  started = true;
  start();
  for (const call of command.q.splice(0)) run(call);
};

commands.site = (key, home) => {
  if (!site) setSite(key, home);
  root[MARK] = site;
  begin();
};

// The mark is on the root element, since `document.open()` removes that and all listeners, but keeps the window.
// https://html.spec.whatwg.org/multipage/dynamic-markup-insertion.html#document-open-steps
const root = document.documentElement;
if (root[MARK]) {
  if (root[MARK] !== site) console.warn('parcours: only site', root[MARK], 'not', site);
} else {
  root[MARK] = site;
  command.q = [];
  command.on = 1;
  if (isFree) window.parcours = command;
  for (const call of (isFree && own.q) || []) command(...call);
  listen('visibilitychange', begin);
  guard(begin)();
  setTimeout(() => site || console.warn('parcours: use parcours.js?site=KEY'));
}
