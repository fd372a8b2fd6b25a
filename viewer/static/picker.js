// Writes the steps of a state: an element that is picked on the picture, or in the list beside it, is added as a step.
// Without this script the steps are typed.
const box = document.querySelector('[data-picker]');
const steps = document.querySelector('[data-steps]');
if (box) box.hidden = false;

const said = box?.querySelector('[data-picked]');
const undo = box?.querySelector('[data-undo]');

const write = (lines, word, step) => {
  steps.value = lines.join('\n');
  said.textContent = `${word} ${step}`;
  undo.disabled = !lines.length;
};
const written = () => steps.value.split('\n').map((line) => line.trim()).filter(Boolean);

/** One picture with its list: the element that is marked, and what picks it. */
const follow = (pick) => {
  const list = pick.querySelector('[role=listbox]');
  const options = [...list.children];
  const areas = [...pick.querySelectorAll('.el')];
  let at = -1;

  const mark = (number, {scroll = true} = {}) => {
    for (const one of [options[at], areas[at]]) one?.classList.remove('on');
    options[at]?.setAttribute('aria-selected', 'false');
    at = Math.max(0, Math.min(options.length - 1, number));
    options[at].setAttribute('aria-selected', 'true');
    list.setAttribute('aria-activedescendant', options[at].id);
    for (const one of [options[at], areas[at]]) one.classList.add('on');
    options[at].scrollIntoView({block: 'nearest'});
    if (scroll) areas[at].scrollIntoView({block: 'nearest'});
  };
  const add = (number) => {
    mark(number, {scroll: false});
    const step = `${box.querySelector('[data-verb]').value} ${options[number].dataset.selector}`;
    write([...written(), step], said.dataset.added, step);
  };
  const keys = {ArrowDown: () => at + 1, ArrowUp: () => at - 1, Home: () => 0, End: () => options.length - 1};

  list.addEventListener('keydown', (event) => {
    if (event.key in keys) mark(keys[event.key]());
    else if (event.key === 'Enter' || event.key === ' ') add(Math.max(0, at));
    else return;
    event.preventDefault();
  });
  pick.addEventListener('click', (event) => {
    const found = event.target.closest('[data-number]');
    if (found) add(Number(found.dataset.number));
  });
  pick.addEventListener('mouseover', (event) => {
    const found = event.target.closest('[data-number]');
    const number = Number(found?.dataset.number ?? at);
    if (number !== at) mark(number, {scroll: found.role === 'option'});
  });
};

if (undo) {
  const pictures = [...box.querySelectorAll('[data-pick]')];
  pictures.forEach(follow);
  box.querySelector('[data-picture]').addEventListener('change', (event) => {
    for (const one of pictures) one.hidden = one.dataset.pick !== event.target.value;
  });
  undo.disabled = !written().length;
  undo.addEventListener('click', () => {
    const lines = written();
    write(lines.slice(0, -1), said.dataset.removed, lines.at(-1) ?? '');
  });
}
