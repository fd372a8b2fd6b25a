// The page of people: a role changes as soon as it is chosen, its undo is offered for ten seconds, and Escape keeps
// whoever was about to be removed.
const UNDO_MS = 10_000;

document.querySelectorAll('[data-at-once]').forEach((select) =>
  select.addEventListener('change', () => select.form.requestSubmit()),
);

const undo = document.querySelector('[data-undo]');
if (undo) {
  history.replaceState(null, '', location.pathname); // so that loading the page again does not offer it again
  setTimeout(() => undo.remove(), UNDO_MS);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') document.querySelector('[data-escape]')?.click();
});
