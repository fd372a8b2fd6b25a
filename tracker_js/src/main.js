// Starts the tracker of the page, and answers `window.parcours(command, …)`.
import {captureClicks} from './clicks.js';
import {customRow, addVariant, wellFormed} from './custom.js';
import {captureEffects} from './effects.js';
import {captureErrors} from './errors.js';
import {captureFrames} from './frames.js';
import {attach, end, guard, listen} from './guard.js';
import {captureHover} from './hover.js';
import {captureInputs} from './inputs.js';
import {captureResize} from './resize.js';
import {captureRoutes} from './routes.js';
import {captureScroll} from './scroll.js';
import {again, bye, hold, resume} from './send.js';
import {consent, offline, respect, variant} from './settings.js';
import {stored} from './storage.js';
import {captureSubmits} from './submits.js';
import {add, address, leave, me, open, randomId, trim, turn} from './view.js';

const ID = 'parcours.id';
const OFF = 'parcours.off';

// Global Privacy Control and Do Not Track are taken as a refusal to be known again, or as the site says.
const refuses = respect !== 'off' && (navigator.globalPrivacyControl || navigator.doNotTrack > 0);

const stop = () => {
  end();
  hold(true);
};

const setId = (id) => {
  me.id = stored(ID, id);
};

const commands = {
  page: (href = '') => turn(href),
  event: (name, value) => add('custom', customRow(name, value)),
  variant: (experiment, name) => addVariant(me.variants, experiment, name),
  consent: (given) => {
    setId(given && !refuses ? me.id || randomId() : '');
    if (!given && consent === 'wait') stop();
    else hold(false);
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

const start = () => {
  if (!refuses) me.id = stored(ID);
  open(location, document.referrer && trim(document.referrer).split('?')[0]);
  captureClicks();
  captureHover();
  captureScroll();
  captureInputs();
  captureSubmits();
  captureErrors();
  captureResize();
  captureFrames();
  captureEffects();
  captureRoutes();
  attach(window);
  listen('visibilitychange', () => (document.hidden ? leave() : again()));
  listen('online', again);
  listen('pagehide', bye);
  listen('freeze', leave);
  listen('pageshow', (event) => event.persisted && open(location, address.ref));
  if (offline) resume();
  if (variant) commands.variant(...variant.split(/:(.*)/));
  if (consent === 'wait') hold(!me.id);
  else if (consent !== undefined) commands.consent(true);
  if (stored(OFF) || (refuses && respect === 'strict')) stop();
};

const {q: queue = [], on} = window.parcours || {};
if (!on) {
  let started;
  const run = guard(([name, ...args]) => commands[name](...args));
  // A page in a background tab, or made ahead by the browser, has no visitor yet.
  const begin = () => {
    if (document.hidden || started) return;
    started = true;
    start();
    queue.forEach(run);
  };
  window.parcours = (...call) => (started ? run(call) : queue.push(call));
  window.parcours.on = 1;
  listen('visibilitychange', begin);
  guard(begin)();
}
