// What can be done to stages and touchpoints of the map: rename, fold, merge, split, remove; and their menus.
import {el, select} from './dom.js';
import {
  addStage,
  addTouchpoint,
  mergeStage,
  removeStage,
  removeTouchpoint,
  setStage,
  splitStage,
  stageWith,
} from './model.js';
import {shiftStage, shiftTouchpoint} from './moving.js';

// `part`: finds a part of the page by its name.
export const mapActions = (app, part) => ({
  isFolded(stage) {
    if (app.folded.has(stage.key)) return true;
    if (app.unfolded.has(stage.key) || stage.touchpoints.length) return false;
    const placed = [...app.journey.cells, ...app.journey.opportunities];
    return app.journey.stages.length > 6 && !placed.some((one) => one.stage === stage.key);
  },

  fold(stage, folded) {
    (folded ? app.folded : app.unfolded).add(stage.key);
    (folded ? app.unfolded : app.folded).delete(stage.key);
    app.draw();
    app.focus(folded ? `fold:${stage.key}` : `name:${stage.key}`);
  },

  roomForStage() {
    if (app.journey.stages.length < app.data.limits.stages) return true;
    return app.refuse(app.say('stages_limit', {n: app.data.limits.stages}));
  },

  addStage() {
    if (!app.roomForStage()) return;
    const before = app.journey.stages.length;
    const added = addStage(app.journey, app.say('new_stage'), app.data.language);
    app.unfolded.add(added.stages[before].key);
    app.change(() => added);
    app.rename(app.journey.stages[before]);
  },

  rename(stage) {
    const button = document.querySelector(`[data-focus="${CSS.escape(`name:${stage.key}`)}"]`);
    if (!button) return;
    const input = el('input', {
      type: 'text',
      maxlength: 120,
      value: app.nameOf(stage),
      'aria-label': app.say('name'),
    });
    let closed = false;
    const close = (keep) => {
      if (closed) return;
      closed = true;
      app.typing = false;
      const words = input.value.trim();
      if (keep && words && words !== app.nameOf(stage))
        app.change((j) => setStage(j, stage.key, {name: {...stage.name, [app.data.language]: words}}));
      app.draw();
      app.focus(`name:${stage.key}`);
    };
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') close(true);
      if (event.key === 'Escape') {
        event.stopPropagation();
        close(false);
      }
    });
    input.addEventListener('blur', () => close(true));
    app.typing = true;
    button.replaceWith(input);
    input.focus();
    input.select();
  },

  removeStage(stage) {
    if (app.journey.stages.length === 1) return app.refuse(app.say('last_stage'));
    const texts = app.journey.cells.filter((cell) => cell.stage === stage.key).length;
    const undo = app.say('stage_removed', {
      name: app.nameOf(stage),
      touchpoints: app.counted('touchpoints', stage.touchpoints.length),
      texts: app.counted('texts', texts),
    });
    return app.change((journey) => removeStage(journey, stage.key), {undo, said: undo});
  },

  removeTouchpoint(touchpoint) {
    const undo = app.say('touchpoint_removed', {name: app.nameOf(touchpoint)});
    const stage = stageWith(app.journey, touchpoint.key);
    app.change((journey) => removeTouchpoint(journey, touchpoint.key), {
      undo,
      said: undo,
      focus: `add:${stage.key}`,
    });
    if (app.opened[1].key === touchpoint.key) app.closePanel();
  },

  addTouchpoint(stage, touchpoint, at) {
    const there = app.journey.stages.find((one) => one.key === stage);
    if (there.touchpoints.length >= app.data.limits.touchpoints)
      return app.refuse(app.say('touchpoints_limit', {n: app.data.limits.touchpoints}));
    app.change((journey) => addTouchpoint(journey, stage, touchpoint, at), {
      said: app.say('added_to', {name: app.nameOf(there)}),
    });
    return true;
  },

  stageMenu(stage) {
    const {stages} = app.journey;
    const at = stages.indexOf(stage);
    const next = stages[at + 1];
    return [
      {name: app.say('rename'), key: 'Enter', run: () => app.rename(stage)},
      {name: app.say('move_left'), key: 'Alt ←', off: !at, run: () => shiftStage(app, stage.key, -1)},
      {name: app.say('move_right'), key: 'Alt →', off: !next, run: () => shiftStage(app, stage.key, 1)},
      next && {name: app.say('merge_with', {name: app.nameOf(next)}), run: () => app.mergeStage(stage, next)},
      stage.touchpoints.length > 1 && {name: app.say('split'), run: () => app.splitStage(stage)},
      {name: app.say('fold'), run: () => app.fold(stage, true)},
      'line',
      {name: app.say('stage_settings'), run: () => app.openPanel('stage', {key: stage.key})},
      'line',
      {name: app.say('remove_stage'), key: 'Del', bad: true, run: () => app.removeStage(stage)},
    ];
  },

  mergeStage(stage, next) {
    if (stage.touchpoints.length + next.touchpoints.length > app.data.limits.touchpoints)
      return app.refuse(app.say('touchpoints_limit', {n: app.data.limits.touchpoints}));
    const undo = app.say('stages_merged', {one: app.nameOf(stage), other: app.nameOf(next)});
    return app.change((journey) => mergeStage(journey, stage.key), {
      undo,
      said: undo,
      focus: `menu:${stage.key}`,
    });
  },

  // Asks from which touchpoint on.
  splitStage(stage) {
    if (!app.roomForStage()) return;
    const from = select(
      stage.touchpoints.slice(1).map((one) => [one.key, app.nameOf(one)]),
      stage.touchpoints[1].key,
      {'aria-label': app.say('split_from')},
    );
    const close = () => part('refusal').replaceChildren();
    const run = () => {
      close();
      const name = app.say('second_of', {name: app.nameOf(stage)}).slice(0, 120);
      app.change((journey) => splitStage(journey, stage.key, from.value, name, app.data.language), {
        undo: app.say('stage_split', {name: app.nameOf(stage)}),
      });
    };
    part('refusal').replaceChildren(
      el('label', {class: 'row'}, el('span', {}, app.say('split_from')), from),
      el('button', {type: 'button', class: 'btn main', onclick: run}, app.say('split')),
      el('button', {type: 'button', class: 'btn quiet', onclick: close}, app.say('cancel')),
    );
    from.focus();
  },

  touchpointMenu(stage, touchpoint) {
    const open = () => app.openPanel('touchpoint', {stage: stage.key, key: touchpoint.key});
    const {stages} = app.journey;
    const at = stages.indexOf(stage);
    const href = app.data.figures.touchpoints[touchpoint.key]?.href;
    return [
      {name: app.say('touchpoint_settings'), key: 'Enter', run: open},
      {
        name: app.say('move_left'),
        key: 'Alt ←',
        off: !at,
        run: () => shiftTouchpoint(app, touchpoint.key, [-1, 0]),
      },
      {
        name: app.say('move_right'),
        key: 'Alt →',
        off: !stages[at + 1],
        run: () => shiftTouchpoint(app, touchpoint.key, [1, 0]),
      },
      {name: app.say('move_up'), key: 'Alt ↑', run: () => shiftTouchpoint(app, touchpoint.key, [0, -1])},
      {name: app.say('move_down'), key: 'Alt ↓', run: () => shiftTouchpoint(app, touchpoint.key, [0, 1])},
      href && {name: app.say('heatmap'), run: () => location.assign(href)},
      'line',
      {name: app.say('take_off'), key: 'Del', bad: true, run: () => app.removeTouchpoint(touchpoint)},
    ];
  },
});
