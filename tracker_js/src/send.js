// Brings batches to the collector. A batch stays here until it was taken, and is named by (view, seq),
// so that one that comes twice does no harm.
import {guard, makeTimer} from './guard.js';

const BUFFER = 128_000; // bytes kept while the collector is away
const FLIGHT = 60_000; // bytes: browsers let a request that may outlive its page have 65,536
const SLOWEST = 60; // seconds between two tries

export const makeSender = (url) => {
  let queue = []; // {view, count of its events, text: the batch up to the time of sending}, oldest first
  let flying; // the one under way
  let fails = 0;
  let held;

  const bodyOf = ({text}) => `${text + Date.now()}}`;
  const post = (one) => {
    const body = bodyOf(one);
    // A network error is an answer too: none.
    return fetch(url, {method: 'POST', body, keepalive: body.length < FLIGHT, credentials: 'omit'}).catch(() => {});
  };
  const onAnswer = (answer) => {
    const one = flying;
    const status = answer?.status || 500; // no answer: as if the collector had failed
    flying = 0;
    if (/^5|408|429/.test(status)) {
      // Spread by ± 25 %, so that browsers do not all come back at once.
      const wait = Math.min(SLOWEST, 2 ** ++fails) * (0.75 + Math.random() / 2);
      timer.set(Math.max(wait, answer?.headers.get('Retry-After') || 0) * 1000);
      return;
    }
    fails = 0;
    one.view.refused = !answer.ok;
    if (!answer.ok) console.warn('parcours', status);
    queue = queue.filter((other) => other !== one && !other.view.refused);
    pump();
  };
  const pump = () => {
    if (timer.isSet() || held || flying || !queue[0]) return;
    flying = queue[0];
    post(flying).then(guard(onAnswer));
  };
  const timer = makeTimer(pump);
  return {
    push: (view, batch, count) => {
      queue.push({view, count, text: `${JSON.stringify(batch).slice(0, -1)},"sent":`});
      while (queue[1] && queue.map(bodyOf).join('').length > BUFFER) {
        const oldest = queue.shift();
        oldest.view.sum.cut += oldest.count;
      }
      pump();
    },
    /** Tries now. */
    again: () => {
      timer.stop();
      pump();
    },
    /** The page goes: `close` makes its last batch, and all that is not under way is left with the browser. */
    leave: (close) => {
      const before = flying;
      flying = true;
      close();
      for (const one of held ? [] : queue) if (one !== before && !navigator.sendBeacon?.(url, bodyOf(one))) post(one);
      flying = before; // if the page comes back, all is sent again
    },
    /** Holds all back (true), or lets it go (false). */
    hold: (yes) => {
      held = yes;
      pump();
    },
  };
};
