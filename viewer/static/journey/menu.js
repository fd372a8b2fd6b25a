// The menu of a stage or a touchpoint: one open at a time; Escape, a click beside it and Tab out close it.
import {el} from './dom.js';

export function menuNode(app, id, label, entries) {
  const details = el(
    'details',
    {class: 'more'},
    el('summary', {'aria-label': label, 'data-focus': `menu:${id}`}),
    el(
      'div',
      {class: 'menu'},
      el('p', {class: 'h'}, label),
      entries.filter(Boolean).map((entry) =>
        entry === 'line'
          ? el('hr')
          : el(
              'button',
              {
                type: 'button',
                class: entry.bad ? 'bad' : null,
                disabled: entry.off,
                onclick: () => {
                  details.open = false;
                  app.focus(`menu:${id}`);
                  entry.run();
                },
              },
              entry.name,
              entry.key ? el('kbd', {}, entry.key) : null,
            ),
      ),
    ),
  );
  details.addEventListener('toggle', () => {
    if (!details.open) return;
    for (const other of document.querySelectorAll('.more[open]')) if (other !== details) other.open = false;
  });
  details.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
  details.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !details.open) return;
    event.stopPropagation();
    details.open = false;
    details.querySelector('summary').focus();
  });
  return details;
}

document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll('.more[open]'))
    if (!open.contains(event.target)) open.open = false;
});
