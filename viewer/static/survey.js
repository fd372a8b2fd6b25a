// The form of a survey: shows the fields that the chosen trigger and place have, and the question on the page's
// picture.
// Without this module all fields are shown, and those of other choices are ignored.
import {preview} from './ask_preview.js';

const form = document.querySelector('[data-survey]');
const windows = [...form.querySelectorAll('[data-window]')];
const {words} = form.dataset;
const shown = form.elements.namedItem('shown').value;
let survey;
let step = 0;

/** Shows the fields of a choice: those whose `data-…` names it. */
const fit = () => {
  for (const name of ['where', 'trigger', 'place'])
    for (const part of form.querySelectorAll(`[data-${name}]`)) {
      const {value} = form.elements.namedItem(name);
      part.hidden = !part.dataset[name].split(' ').includes(value);
    }
};

/** A window is drawn at its own size and scaled to the room that it has. */
const scale = () => {
  for (const one of windows) {
    const {width, height} = one.dataset;
    const factor = Math.min(1, one.clientWidth / width);
    one.style.height = `${height * factor}px`;
    const size = {width: `${width}px`, height: `${height}px`};
    Object.assign(one.firstElementChild.style, size, {transform: `scale(${factor})`});
  }
};

const draw = () => {
  if (!survey?.questions?.length) return;
  const known = JSON.parse(words);
  const look = {place: 'corner', side: 'right', ...survey.look};
  if (look.place === 'inside') look.place = 'corner'; // the picture has no element to stand in
  for (const one of windows)
    preview(one.firstElementChild, {...survey, look}, step, shown, known[shown.split('-')[0]] || known.en);
};

/** The form as the server reads it: what is shown is what would be saved. */
const read = async () => {
  const body = new URLSearchParams(new FormData(form));
  body.set('do', 'preview');
  const answer = await fetch(form.action, {method: 'POST', body, headers: {Accept: 'application/json'}});
  if (!answer.ok) return;
  survey = await answer.json();
  draw();
};

let waiting;
form.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(read, 300);
});
form.addEventListener('change', fit);
form.addEventListener('click', ({target}) => {
  const button = target.closest('[data-step],[data-scheme]');
  if (!button) return;
  for (const one of button.parentNode.children) one.setAttribute('aria-pressed', one === button);
  const {scheme} = button.dataset;
  if (!scheme) step = +button.dataset.step;
  else for (const one of windows) one.firstElementChild.classList.toggle('dark-page', scheme === 'dark');
  draw();
});
addEventListener('resize', scale);

fit();
scale();
read();
