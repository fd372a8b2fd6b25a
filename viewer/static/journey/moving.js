// Moves stages and touchpoints: with the pointer on their grip, or with Alt and the arrow keys.
import {el} from './dom.js';
import {moveStage, moveTouchpoint, stageWith} from './model.js';

const FAR = 5; // px from which a press becomes a drag

export function gripNode(app, kind, key, name) {
  const grip = el('button', {
    class: 'grip',
    type: 'button',
    'data-focus': `grip:${key}`,
    'aria-label': app.say('grip', {name}),
    title: app.say('grip', {name}),
  });
  grip.addEventListener('keydown', (event) => {
    const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!event.altKey || !arrow) return;
    event.preventDefault();
    if (kind === 'stage') shiftStage(app, key, arrow[0]);
    else shiftTouchpoint(app, key, arrow);
  });
  grip.addEventListener('pointerdown', (event) => begin(app, kind, key, event));
  return grip;
}

export function shiftStage(app, key, step) {
  const at = app.journey.stages.findIndex((stage) => stage.key === key);
  if (!step || !app.journey.stages[at + step]) return;
  app.change((journey) => moveStage(journey, key, at + step), {
    focus: `grip:${key}`,
    said: app.say('stage_at', {
      name: app.nameOf(app.journey.stages[at]),
      n: at + step + 1,
      all: app.journey.stages.length,
    }),
  });
}

export function shiftTouchpoint(app, key, [across, down]) {
  const stage = stageWith(app.journey, key);
  const at = stage.touchpoints.findIndex((one) => one.key === key);
  const target = app.journey.stages[app.journey.stages.indexOf(stage) + across];
  if (!target) return;
  const to = across ? Math.min(at, target.touchpoints.length) : at + down;
  if (!across && (to < 0 || to >= stage.touchpoints.length)) return;
  placeTouchpoint(app, key, target, to);
}

export function placeTouchpoint(app, key, stage, to) {
  const from = stageWith(app.journey, key);
  if (from !== stage && stage.touchpoints.length >= app.data.limits.touchpoints) {
    return app.refuse(app.say('touchpoints_limit', {n: app.data.limits.touchpoints}));
  }
  const touchpoint = from.touchpoints.find((one) => one.key === key);
  app.change((journey) => moveTouchpoint(journey, key, stage.key, to), {
    focus: `grip:${key}`,
    said: app.say('touchpoint_at', {
      name: app.nameOf(touchpoint),
      n: to + 1,
      all: stage.touchpoints.length + (from === stage ? 0 : 1),
      stage: app.nameOf(stage),
    }),
  });
}

function begin(app, kind, key, event) {
  drag(app, kind, event, event.currentTarget.closest('[data-card]'), (target) => {
    if (kind === 'touchpoint') placeTouchpoint(app, key, target.stage, target.to);
    else {
      const at = app.journey.stages.findIndex((stage) => stage.key === key);
      shiftStage(app, key, app.journey.stages.indexOf(target.stage) - at);
    }
  });
}

// Drag a card with a grip that was pressed. `drop` gets where it was let go of (`targetAt`), on a column only.
export function drag(app, kind, event, card, drop) {
  if (event.button || app.narrow()) return; // on a narrow screen the menu moves
  const start = {x: event.clientX, y: event.clientY};
  const grip = event.currentTarget;
  let lifted = null;
  let target = null;

  const move = (now) => {
    if (!lifted && Math.hypot(now.clientX - start.x, now.clientY - start.y) < FAR) return;
    if (!lifted) lifted = lift(card);
    lifted.style.left = `${now.clientX - 20}px`;
    lifted.style.top = `${now.clientY - 16}px`;
    clear(app);
    target = targetAt(app, kind, now);
    if (!target) return;
    target.column.forEach((node) => node.classList.add('over'));
    if (kind === 'touchpoint')
      target.cell.insertBefore(el('div', {class: 'slot'}, app.say('drop_here')), target.before);
  };
  const stop = (cancelled) => {
    grip.removeEventListener('pointermove', move);
    removeEventListener('keydown', escape, true);
    lifted?.remove();
    card.classList.remove('from');
    clear(app);
    if (!cancelled && lifted && target) drop(target);
  };
  const escape = (pressed) => {
    if (pressed.key !== 'Escape') return;
    pressed.stopPropagation();
    stop(true);
  };
  grip.setPointerCapture(event.pointerId);
  grip.addEventListener('pointermove', move);
  grip.addEventListener('pointerup', () => stop(false), {once: true});
  grip.addEventListener('pointercancel', () => stop(true), {once: true});
  addEventListener('keydown', escape, true);
}

function lift(card) {
  const copy = card.cloneNode(true);
  for (const node of copy.querySelectorAll('[data-focus]')) node.removeAttribute('data-focus');
  copy.classList.add('lift');
  copy.setAttribute('aria-hidden', 'true');
  card.classList.add('from');
  document.body.append(copy);
  return copy;
}

function clear(app) {
  for (const node of app.board.querySelectorAll('.over')) node.classList.remove('over');
  for (const node of app.board.querySelectorAll('.slot')) node.remove();
}

// The column under the pointer, and for a touchpoint the place among its cards.
function targetAt(app, kind, {clientX, clientY}) {
  const around = app.board.getBoundingClientRect();
  if (clientX < around.left || clientX >= around.right) return null;
  const column = [...app.board.querySelectorAll('[data-column]')].filter((node) => {
    const box = node.getBoundingClientRect();
    return clientX >= box.left && clientX < box.right;
  });
  const stage = app.journey.stages.find((one) => one.key === column[0]?.dataset.column);
  if (!stage) return null;
  if (kind === 'stage') return {stage, column};
  const cell = column.find((node) => node.dataset.touchpoints !== undefined);
  if (!cell) return null;
  const cards = [...cell.querySelectorAll('[data-card]:not(.from)')];
  const after = cards.findIndex((card) => {
    const box = card.getBoundingClientRect();
    return clientY < box.top + box.height / 2;
  });
  const to = after < 0 ? cards.length : after;
  return {stage, column, cell, to, before: cards[to] ?? cell.querySelector('.add')};
}
