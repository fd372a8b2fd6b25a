// What one kind of question shows and how it is answered: functions that return elements. They call `done` with an
// answer, or `ready` with the answer that the button sends (nothing: it cannot be sent yet).
import {button, el, icon} from './draw.js';

export const SCALES = {nps: [0, 10], csat: [1, 5], ces: [1, 7]};
const TEN_MS = 900; // within which "1" and "0" mean ten
const STEPS = {ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1};

/** A scale: one press answers. Arrow keys move, digits go to a score, Enter sends. */
export const scale = ({kind, look, low, high}, {text, words, done}) => {
  const [from, to] = SCALES[kind];
  const drawn = {stars: 'star', faces: 'face'}[kind === 'csat' && look];
  const buttons = [];
  for (let score = from; score <= to; score++) {
    const press = () => {
      buttons.forEach((one, n) => {
        one.ariaChecked = n + from === score;
        one.classList.toggle('on', n + from === score || (drawn === 'star' && n + from < score));
      });
      done({g: score});
    };
    const label = drawn ? icon(drawn, score) : score;
    const made = button('', press, label, {role: 'radio', 'aria-checked': false, tabindex: -1});
    if (drawn) made.ariaLabel = drawn === 'face' ? words.faces[score - 1] : score;
    buttons.push(made);
  }
  buttons[0].tabIndex = 0;
  const classes = `${drawn ? '.bare' : ''}${to > 7 ? '.many' : ''}`;
  const group = el(`div.sc${classes}`, {role: 'radiogroup', 'aria-labelledby': 'h'}, ...buttons);
  group.style.setProperty('--k', buttons.length);
  let typed = '';
  let before = 0;
  group.onkeydown = (event) => {
    const {key, timeStamp} = event;
    const at = buttons.indexOf(event.target);
    let next = at;
    if (key in STEPS) {
      const turned = /L|R/.test(key) && getComputedStyle(group).direction === 'rtl';
      next = (at + (turned ? -STEPS[key] : STEPS[key]) + buttons.length) % buttons.length;
    } else if (/^\d$/.test(key)) {
      typed = timeStamp - before < TEN_MS ? typed + key : key;
      before = timeStamp;
      next = typed - from;
    } else return;
    event.preventDefault();
    if (!buttons[next]) return;
    buttons[at].tabIndex = -1;
    buttons[next].tabIndex = 0;
    buttons[next].focus();
  };
  const faces = drawn === 'face' ? words.faces : [];
  const ends = [text(low) || faces[0] || '', text(high) || faces[4] || ''].map((end) => el('span', {}, end));
  return [group, el('p.ends', {}, ...ends)];
};

/** A list of which one or several can be chosen. When it is shuffled, the last option stays last. */
export const list = ({kind, options, shuffle}, {text, words, ready, mask}) => {
  const shown = shuffle ? [...options.slice(0, -1).sort(() => Math.random() - 0.5), options.at(-1)] : options;
  const isOne = kind === 'one';
  const line = el('input.line', {maxlength: 200, 'aria-label': words.other, hidden: ''});
  const inputs = shown.map(() => el('input', {type: isOne ? 'radio' : 'checkbox', name: 'o'}));
  const group = el(
    'div',
    {role: isOne ? 'radiogroup' : 'group', 'aria-labelledby': 'h'},
    ...shown.map((option, n) => el('label', {}, inputs[n], el('span', {}, text(option.text)))),
    line,
  );
  group.oninput = group.onchange = ({type}) => {
    const chosen = shown.filter((_, n) => inputs[n].checked);
    line.hidden = !chosen.some(({typed}) => typed);
    if (type === 'change') mask(line);
    ready(chosen[0] && {o: chosen.map(({id}) => id), m: line.hidden ? '' : line.value});
  };
  return isOne ? [group] : [el('p.note', {}, words.several), group];
};

/** A free text. What must not be sent is masked in view: after each word, and when the field is left. */
export const free = ({optional}, {words, ready, mask}, label) => {
  const name = label ? {'aria-label': label} : {'aria-labelledby': 'h'};
  const area = el('textarea', {maxlength: 1000, 'aria-describedby': 'n', ...name});
  const note = el('p.note', {id: 'n', role: 'status'}, words.names);
  area.oninput = area.onchange = ({type}) => {
    if ((type === 'change' || /\s$/.test(area.value)) && mask(area)) note.textContent = words.hidden;
    ready((area.value.trim() || optional) && {m: area.value});
  };
  return [area, note];
};
