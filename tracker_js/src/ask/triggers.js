// What makes a survey due on a page. `arm` listens until its survey is due, once.
import {isOn} from './due.js';

const RAGE_MS = 1000; // from one click of a burst to the next
const RAGE_PX = 30;
const RAGE_CLICKS = 3;
const UNSEEN = 255; // delay of an effect that nobody saw (collector/wire.py)
const NOT_DEAD = 32 + 64; // flags: in a foreign frame, dragged

/** Whether a row `click` is a dead click. */
export const isDead = ({r, d, k}) => r === 0 && d < UNSEEN && !(k & NOT_DEAD);

/** Counts clicks (rows): whether this one is the third of a burst. */
export const rageCounter = () => {
  let last;
  let count = 0;
  return (row) => {
    const isNext = last && row.t - last.t < RAGE_MS && Math.hypot(row.px - last.px, row.py - last.py) <= RAGE_PX;
    count = isNext ? count + 1 : 1;
    last = row;
    return count === RAGE_CLICKS;
  };
};

/**
 * Calls `fire(record)` once `survey` is due on `page`; `record` is the element that made it so. Returns `disarm`.
 * `hear(ear)` adds a listener of the tracker's rows, and returns a function that removes it; `listen`: the tracker's.
 */
export const arm = (survey, page, {hear, listen}, fire) => {
  const {kind, seconds, depth, event, paths} = survey.trigger;
  const places = survey.where.filter((place) => isOn(place, page));
  const ends = [];
  let isOver = !places[0];

  const later = (record) => {
    if (isOver) return;
    const timer = setTimeout(() => isOver || ((isOver = true), disarm(), fire(record)), seconds * 1000);
    ends.push(() => clearTimeout(timer));
  };
  const onElement = (row) => !paths[0] || paths.includes(row.e[0]);
  const onRows = (test) => ends.push(hear((type, row) => test(type, row) && later(row.e)));

  const begin = (record) => {
    if (isOver) return;
    if (kind === 'arrival' || kind === 'seconds') later(record);
    if (kind === 'edge' || kind === 'embedded') later();
    if (kind === 'event') onRows((type, row) => type === 'custom' && row.n === event);
    if (kind === 'dead') onRows((type, row) => type === 'click' && isDead(row) && onElement(row));
    if (kind === 'rage') {
      const isBurst = rageCounter();
      onRows((type, row) => type === 'click' && isBurst(row) && onElement(row));
    }
    if (kind === 'depth') {
      const look = () => {
        const {scrollTop, clientHeight, scrollHeight} = document.scrollingElement || document.documentElement;
        if (((scrollTop + clientHeight) / scrollHeight) * 100 >= depth) later();
      };
      listen('scroll', look);
      look();
    }
    if (kind === 'leaving') {
      listen('mouseout', ({relatedTarget, clientY}) => relatedTarget || clientY > 0 || later());
      // A finger leaves no window: there, it is when the visitor comes back to the page.
      listen('visibilitychange', () => navigator.maxTouchPoints && !document.hidden && later());
    }
  };

  const disarm = () => {
    isOver = true;
    for (const end of ends) end();
  };

  // A contact that is an event or a click on an element must have happened first.
  if (places.some((place) => !place.event && !place.paths[0])) begin();
  else {
    let isReached;
    ends.push(
      hear((type, row) => {
        const isContact = places.some(
          (place) =>
            (type === 'custom' && row.n === place.event) || (type === 'click' && place.paths.includes(row.e[0])),
        );
        if (isContact && !isReached) {
          isReached = true;
          begin(row.e);
        }
      }),
    );
  }
  return disarm;
};
