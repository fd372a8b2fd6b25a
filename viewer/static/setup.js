// The live check of a site: asked every five seconds while the page is shown, spoken when it changes.
const EVERY = 5000; // ms
const box = document.querySelector('[data-check]');
const speaks = document.querySelector('[data-speaks]');
let opened = 0; // when the page was opened from here, ms since 1970
let blocked = false; // whether this browser may not load the script at all
let timer = 0;

/** What the check shows, without the times that change at every look. */
const shown = (root) =>
  root.querySelector('[data-checked]').dataset.checked + root.querySelector('[data-checked]').dataset.said;

const speak = () => {
  const {said} = box.querySelector('[data-said]').dataset;
  if (speaks.textContent !== said) speaks.textContent = said;
};

/** Keeps the focus on what it was on, by the order of what can be focused. */
const replace = (html) => {
  const able = () => [...box.querySelectorAll('a[href], button')];
  const at = able().indexOf(document.activeElement);
  box.innerHTML = html;
  if (at >= 0) able()[at]?.focus();
};

const ask = async () => {
  const address = new URL(box.dataset.check, location.href);
  if (opened) address.searchParams.set('opened', opened);
  if (blocked) address.searchParams.set('blocked', '1');
  const answer = await fetch(address, {headers: {accept: 'text/html'}});
  if (!answer.ok) return;
  const html = await answer.text();
  const fresh = new DOMParser().parseFromString(html, 'text/html');
  if (shown(fresh) !== shown(box) || !box.contains(document.activeElement)) replace(html);
  speak();
};

const probe = async () => {
  try {
    await fetch(box.dataset.probe, {cache: 'no-store'});
    blocked = false;
  } catch {
    blocked = navigator.onLine;
  }
};

const again = async () => {
  clearTimeout(timer);
  if (!document.hidden) {
    // A lost connection: asked again.
    await probe();
    await ask().catch(() => {});
  }
  if (!box.querySelector('[data-finished]')) timer = setTimeout(again, EVERY);
};

if (box) {
  box.addEventListener('click', (event) => {
    if (event.target.closest('[data-opens]')) opened = Date.now();
  });
  document.addEventListener('visibilitychange', () => document.hidden || again());
  again();
}
