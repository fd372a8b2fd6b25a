// Counts the figures again once a change of what counts as a contact was saved: it applies to the past too. Until then
// the earlier figures are grey, and a bar says that they are being counted.
import {el} from './dom.js';

const EVERY = 500; // ms between two questions how much is done

// What the figures depend on: which contacts belong to which touchpoint, in the order that decides ties.
const counted = (journey) =>
  JSON.stringify(
    journey.stages.map((stage) => [
      stage.key,
      stage.completes,
      stage.window_days,
      stage.touchpoints.map((one) => [one.key, one.pages, one.matchers]),
    ]),
  );

export class Recount {
  constructor(app, place) {
    this.app = app;
    this.place = place;
    this.known = counted(app.journey);
    this.wanted = this.known;
  }

  // After each save. Only the last answer is shown.
  async saved(journey) {
    const now = counted(journey);
    if (now === this.wanted) return;
    this.wanted = now;
    this.show(true);
    let figures = null;
    try {
      const answer = await fetch(location.pathname + location.search, {headers: {accept: 'text/html'}});
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      figures = JSON.parse(page.querySelector('[data-editor]').textContent).figures;
    } catch {
      // said below
    }
    if (this.wanted !== now) return;
    if (!figures) {
      this.show(false);
      this.app.board.classList.add('stale');
      this.place.textContent = this.app.say('recount_failed');
      this.wanted = this.known; // so that the next save tries again
      return;
    }
    this.known = now;
    this.app.data.figures = figures;
    this.show(false);
    this.app.draw();
    this.app.announce(this.app.say('recounted'));
  }

  show(busy) {
    this.app.board.classList.toggle('stale', busy);
    this.bar = busy && el('progress', {'aria-label': this.app.say('recounting')});
    this.words = el('span', {}, this.app.say('recounting'));
    this.place.replaceChildren(...(busy ? [this.words, ' ', this.bar] : []));
    clearTimeout(this.timer);
    if (busy) this.follow();
  }

  // How much is done, until the figures arrive.
  follow() {
    const {bar} = this;
    this.timer = setTimeout(async () => {
      const {done, of} = await this.counted();
      if (bar !== this.bar) return; // they have arrived, or another change was saved
      if (of) {
        bar.max = of;
        bar.value = done;
        const share = (done / of).toLocaleString(this.app.data.locale, {style: 'percent'});
        this.words.textContent = this.app.say('recounting_at', {share});
      }
      this.follow();
    }, EVERY);
  }

  async counted() {
    try {
      return await (await fetch(this.app.data.urls.recount, {headers: {accept: 'application/json'}})).json();
    } catch {
      return {done: 0, of: 0};
    }
  }
}
