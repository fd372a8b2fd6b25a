// Undo and redo: what each step changed, kept in the browser, so that they work after a reload too.
import {merge, same} from './merge.js';

const MOST = 100;

export class History {
  constructor(place) {
    this.place = place;
    try {
      const kept = JSON.parse(localStorage.getItem(place)) ?? {};
      this.undone = kept.undone ?? [];
      this.done = kept.done ?? [];
    } catch {
      this.undone = [];
      this.done = [];
    }
  }

  // `join`: steps with the same one after another, such as the letters of a cell, are undone together.
  push(before, after, join = '') {
    const last = this.done.at(-1);
    const names = Object.keys(after).filter((name) => !same(before[name], after[name]));
    if (join && last?.join === join) {
      const both = new Set([...Object.keys(last.after), ...names]);
      for (const name of both) {
        last.before[name] ??= before[name];
        last.after[name] = after[name];
      }
    } else this.done.push({join, before: part(before, names), after: part(after, names)});
    this.done.splice(0, this.done.length - MOST);
    this.undone = [];
    this.keep();
  }

  // The journey before the last step; what others changed since stays. Null if there is no step.
  undo(journey) {
    const step = this.done.pop();
    if (!step) return null;
    this.undone.push({...step, join: ''});
    this.keep();
    return put(journey, step.after, step.before);
  }

  redo(journey) {
    const step = this.undone.pop();
    if (!step) return null;
    this.done.push(step);
    this.keep();
    return put(journey, step.before, step.after);
  }

  // The oldest steps are given up where the browser has no more space.
  keep() {
    for (;;) {
      try {
        return localStorage.setItem(this.place, JSON.stringify({done: this.done, undone: this.undone}));
      } catch {
        if (!this.done.length) return localStorage.removeItem(this.place);
        this.done.splice(0, Math.ceil(this.done.length / 2));
      }
    }
  }
}

const part = (journey, names) => Object.fromEntries(names.map((name) => [name, journey[name]]));

const put = (journey, from, to) => {
  const changed = {...journey};
  for (const name of Object.keys(to)) changed[name] = merge(from[name], to[name], journey[name]);
  return changed;
};
