// Notes on a map: a pin and its thread mark each other. N writes on the element in focus, J and K walk through the
// notes, Enter answers the one in focus, E resolves it. Without this script the forms of the list do all of it.
const pic = document.querySelector('.pic[data-live]');
const form = document.querySelector('#new-note');
const threads = [...document.querySelectorAll('.thread')];
const switcher = document.querySelector('[data-notes-switch]');
const placing = document.querySelector('[data-do=place-note]');

const mark = (id) => {
  for (const node of document.querySelectorAll('.thread, .pic .pin'))
    node.classList.toggle('on', Boolean(id) && node.dataset.note === id);
};

for (const name of ['pointerover', 'focusin'])
  document.addEventListener(name, ({target}) => {
    const node = target.closest?.('[data-note]');
    if (node) mark(node.dataset.note);
  });

const go = (thread) => {
  thread.focus({preventScroll: true});
  thread.scrollIntoView({block: 'nearest'});
  mark(thread.dataset.note);
};

const write = () => {
  const key = document.activeElement?.closest?.('.el')?.dataset.key;
  if (!form) {
    const url = new URL(switcher.href);
    if (key) url.searchParams.set('element', key);
    url.hash = 'new-note';
    location.href = url;
    return;
  }
  if (key) form.elements.element.value = key;
  form.elements.x.value = form.elements.y.value = '';
  form.elements.text.focus();
};

const actions = {
  n: write,
  j: (at) => go(threads[Math.min(at + 1, threads.length - 1)]),
  k: (at) => go(threads[Math.max(at - 1, 0)]),
  Enter: (at) => threads[at].querySelector('textarea')?.focus(),
  e: (at) => threads[at].querySelector('button[value=resolve]')?.click(),
};

document.addEventListener('keydown', (event) => {
  const {key, target} = event;
  if (event.ctrlKey || event.metaKey || event.altKey || !(key in actions)) return;
  if (target.closest('input, textarea, select, [contenteditable]')) return;
  if (key === 'Enter' && !target.matches('.thread')) return;
  const at = threads.indexOf(document.activeElement?.closest('.thread'));
  if (key !== 'n' && (!threads.length || (at < 0 && key !== 'j' && key !== 'k'))) return;
  event.preventDefault();
  actions[key](at);
});

// The next click on the picture says where the note is: on the element under it, or on the page.
placing?.addEventListener('click', () => {
  const on = placing.getAttribute('aria-pressed') !== 'true';
  placing.setAttribute('aria-pressed', String(on));
  pic.classList.toggle('placing', on);
});
pic?.addEventListener(
  'click',
  (event) => {
    if (!pic.classList.contains('placing')) return;
    event.preventDefault();
    event.stopPropagation();
    const element = event.target.closest('.el');
    const {left, top, width, height} = (element ?? pic).getBoundingClientRect();
    const within = (share) => Math.min(1, Math.max(0, share)).toFixed(4);
    form.elements.element.value = element?.dataset.key ?? '';
    form.elements.x.value = within((event.clientX - left) / width);
    form.elements.y.value = within((event.clientY - top) / height);
    placing.click();
    form.elements.text.focus();
  },
  true,
);
form?.elements.element.addEventListener('change', () => {
  form.elements.x.value = form.elements.y.value = '';
});
