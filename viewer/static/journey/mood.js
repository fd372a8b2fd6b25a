// The emotion lane: each stage has a slider from −2 to +2, moved with the pointer or the keys.
import {el, svg} from './dom.js';
import {cellOf, setCell} from './model.js';

const MARGIN = 10; // % above the best and below the worst
const STEP = 0.5;
const FINE = 0.1; // with Shift

const placeOf = (lane, stage) => ({lane: lane.key, stage: stage.key});
const round = (value) => Math.round(value * 10) / 10;

// `beside`: the stages at the left and at the right.
export function moodNode(app, lane, stage, beside) {
  const {worst, best} = app.data.limits;
  const place = placeOf(lane, stage);
  const typed = (one) => (one ? (cellOf(app.journey, placeOf(lane, one))?.mood ?? null) : null);
  const measured = (one) => (one ? (app.data.figures.moods[one.key] ?? null) : null);
  const mood = typed(stage);
  const top = (value) => MARGIN + ((best - value) / (best - worst)) * (100 - 2 * MARGIN);
  const name = app.nameOf(stage);
  const node = el('div', {class: 'emotion'});
  const height = (value) => (value === null ? null : top(value));
  const seen = measured(stage);
  if (seen !== null) {
    const dot = el('u', {class: 'm'});
    dot.style.top = `${top(seen)}%`;
    node.append(curve(top(seen), beside.map(measured).map(height), 'm'), dot);
  }
  if (mood === null) {
    node.append(
      el(
        'button',
        {
          class: 'add',
          type: 'button',
          'data-focus': `mood:${stage.key}`,
          'aria-label': `${app.say('add_mood')}: ${name}`,
          onclick: () => set(0),
        },
        app.say('add_mood'),
      ),
    );
    return node;
  }
  const point = el('span', {
    class: 'pt',
    role: 'slider',
    tabindex: 0,
    'aria-orientation': 'vertical',
    'aria-valuemin': worst,
    'aria-valuemax': best,
    'aria-valuenow': mood,
    'aria-valuetext':
      app.signed(mood) +
      (seen === null ? '' : `, ${app.say('mood_measured', {value: app.signed(round(seen))})}`),
    'aria-label': `${app.laneName(lane)}: ${name}`,
    'data-focus': `mood:${stage.key}`,
  });
  point.style.top = `${top(mood)}%`;
  node.append(curve(top(mood), beside.map(typed).map(height), 't'), point);

  function set(value, more = {}) {
    const kept = value === null ? null : round(Math.max(worst, Math.min(best, value)));
    app.change((journey) => setCell(journey, place, {mood: kept}), {
      said: kept === null ? app.say('mood_removed') : app.signed(kept),
      focus: `mood:${stage.key}`,
      join: `mood:${stage.key}`,
      ...more,
    });
  }

  point.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? FINE : STEP;
    const to = {
      ArrowUp: mood + step,
      ArrowRight: mood + step,
      ArrowDown: mood - step,
      ArrowLeft: mood - step,
      Home: worst,
      End: best,
      Delete: null,
    };
    if (!(event.key in to) || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    set(to[event.key], event.key === 'Delete' ? {undo: app.say('mood_removed')} : {});
  });
  point.addEventListener('pointerdown', (event) => drag(event));

  function drag(event) {
    event.preventDefault();
    point.focus();
    point.setPointerCapture(event.pointerId);
    const box = node.getBoundingClientRect();
    const was = el('span', {class: 'was'});
    const tag = el('span', {class: 'val'});
    was.style.top = point.style.top;
    let now = mood;
    const move = ({clientY, shiftKey}) => {
      const share = ((clientY - box.top) / box.height) * 100;
      const value = best - ((share - MARGIN) / (100 - 2 * MARGIN)) * (best - worst);
      const step = shiftKey ? FINE : STEP;
      now = round(Math.max(worst, Math.min(best, Math.round(value / step) * step)));
      point.style.top = tag.style.top = `${top(now)}%`;
      tag.textContent = app.say('mood_was', {now: app.signed(now), was: app.signed(mood)});
    };
    const stop = (cancelled) => {
      point.removeEventListener('pointermove', move);
      was.remove();
      tag.remove();
      point.classList.remove('drag');
      if (!cancelled && now !== mood) set(now, {join: ''});
      else point.style.top = `${top(mood)}%`;
    };
    point.classList.add('drag');
    node.append(was, tag);
    point.addEventListener('pointermove', move);
    point.addEventListener('pointerup', () => stop(false), {once: true});
    point.addEventListener('pointercancel', () => stop(true), {once: true});
  }
  return node;
}

// The piece of the curve in one column: the halves of the Bézier curves from and to its neighbours
// (viewer/pages/journey/lanes/emotion.py).
function curve(y, [before, after], kind) {
  const left = before === null ? '' : `M0 ${(before + y) / 2}C12.5 ${(before + 3 * y) / 4} 25 ${y} 50 ${y}`;
  const right = after === null ? '' : `M50 ${y}C75 ${y} 87.5 ${(after + 3 * y) / 4} 100 ${(after + y) / 2}`;
  const box = svg('svg', {viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true'});
  if (left + right) box.append(svg('path', {class: kind, d: left + right}));
  return box;
}
