// Saves the journey a moment after each change. What could not be sent is kept in the browser and sent again.
import {merge, same} from './merge.js';

const PAUSE = 1000; // ms after the last change
const RETRY = 5000; // ms after a failed attempt
const SLOW = 300; // ms from which "Saving…" is shown

export class Saver {
  // `app`: journey (now), version, say; `place`: where the browser keeps what is not saved; `token`: of the form.
  constructor(app, url, place, token) {
    Object.assign(this, {app, url, place, token});
    this.version = app.version;
    this.stored = app.journey;
    this.since = null; // when what is not saved yet was changed first
    addEventListener('online', () => this.soon(0));
    addEventListener('pagehide', () => this.dirty && this.send(true));
  }

  get dirty() {
    return this.since !== null;
  }

  // What an earlier page could not send.
  restore() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.place));
      if (!kept) return;
      this.version = kept.version;
      this.stored = kept.stored;
      this.app.journey = kept.journey;
      this.changed();
    } catch {
      localStorage.removeItem(this.place);
    }
  }

  changed() {
    this.since ??= new Date();
    this.keep();
    this.soon(PAUSE);
  }

  keep() {
    const kept = {version: this.version, stored: this.stored, journey: this.app.journey};
    try {
      localStorage.setItem(this.place, JSON.stringify(kept));
    } catch {
      // No space: it is still on the page, and is sent from there.
    }
  }

  soon(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dirty && this.send(), after);
  }

  async send(leaving = false) {
    if (this.sending) return;
    clearTimeout(this.timer);
    const sent = this.app.journey;
    const {id: _, site: __, ...fields} = sent;
    const slow = setTimeout(() => this.app.saving(), SLOW);
    this.sending = true;
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        keepalive: leaving && JSON.stringify(sent).length < 60_000,
        headers: {'content-type': 'application/json', 'x-csrf-token': this.token, accept: 'application/json'},
        body: JSON.stringify({...fields, version: this.version}),
      });
      const found = await answer.json();
      if (!answer.ok) this.refused(answer.status, found.error);
      else this.arrived(sent, found);
    } catch {
      this.app.unsaved(this.since);
      this.soon(RETRY);
    } finally {
      clearTimeout(slow);
      this.sending = false;
      if (this.again) {
        this.again = false;
        this.soon(0);
      }
    }
  }

  arrived(sent, found) {
    const changedSince = !same(sent, this.app.journey);
    const others = found.journey.version > this.version + 1;
    this.version = found.journey.version;
    this.stored = found.journey;
    const now = changedSince ? merge(sent, this.app.journey, found.journey) : found.journey;
    if (changedSince) {
      this.since = new Date();
      this.again = true;
    } else {
      this.since = null;
      localStorage.removeItem(this.place);
    }
    this.app.saved(now, {clashes: found.clashes, others});
    if (changedSince) this.keep();
  }

  // The server does not take it as it is: sending it again would not help.
  refused(status, error) {
    if (status >= 500 || status === 429) {
      this.app.unsaved(this.since);
      this.soon(RETRY);
    } else this.app.unsaved(this.since, error?.message ?? String(status));
  }
}
