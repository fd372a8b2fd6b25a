// Brings batches to the collector. A batch stays here until it was taken, and is named by (view, seq),
// so that one that comes twice does no harm.
import {guard, later, listen} from './guard.js';

const BUFFER = 131_072; // bytes kept while the collector is away
const FLIGHT = 60_000; // bytes: browsers let a request that may outlive its page have 65,536
const SLOWEST = 60; // seconds between two tries

/** `onCut(n)`: n events had to be dropped. `onRefused(view id)`: the collector does not want this view. */
export const makeSender = (url, onCut, onRefused) => {
  let queue = []; // {batch, count of its events}, oldest first
  let flying; // the one under way
  let fails = 0;
  let timer = 0;
  let held;

  const bodyOf = ({batch}) => JSON.stringify({...batch, sent: Date.now()});
  const post = (one) => {
    const body = bodyOf(one);
    return fetch(url, {method: 'POST', body, keepalive: body.length < FLIGHT, credentials: 'omit'});
  };
  const onAnswer = (answer) => {
    const one = flying;
    const status = answer?.status || 500; // no answer: as if the collector had failed
    flying = 0;
    if (status > 499 || status === 408 || status === 429) {
      // Spread by ± 25 %, so that browsers do not all come back at once.
      const wait = Math.min(SLOWEST, 2 ** ++fails) * (0.75 + Math.random() / 2);
      timer = later(again, Math.max(wait, answer?.headers.get('Retry-After') || 0) * 1000);
      return;
    }
    fails = 0;
    queue = queue.filter((other) => other !== one);
    if (!answer.ok) {
      console.warn(`parcours: ${url} answered ${status}`);
      queue = queue.filter(({batch}) => batch.view !== one.batch.view);
      onRefused(one.batch.view);
    }
    pump();
  };
  const pump = () => {
    if (timer || held || flying || !queue[0]) return;
    flying = queue[0];
    post(flying).then(
      guard(onAnswer),
      guard(() => onAnswer()),
    );
  };
  const again = () => {
    clearTimeout(timer);
    timer = 0;
    pump();
  };
  return {
    push: (batch, count) => {
      queue.push({batch, count});
      while (queue[1] && queue.map(bodyOf).join('').length > BUFFER) onCut(queue.shift().count);
      pump();
    },
    again,
    /** The page goes: what is not under way is left with the browser. */
    leave: () => {
      if (held) return;
      queue = queue.filter((one) => one === flying || !navigator.sendBeacon?.(url, bodyOf(one)));
      for (const one of queue) if (one !== flying) post(one).catch(() => {});
    },
    /** Holds all back (true), or lets it go (false). */
    hold: (yes) => {
      held = yes;
      pump();
    },
    stops: [
      listen(window, 'online', again),
      () => {
        clearTimeout(timer);
        queue = [];
      },
    ],
  };
};
