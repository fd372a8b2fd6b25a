// What the visitor sees of an asking: the question, the thanks, and the button at the edge (docs/feedback.md).
import {colour} from './colours.js';
import {button, el} from './draw.js';
import {free, list, scale, SCALES} from './kinds.js';
import {pick} from './picker.js';
import {CSS} from './style.js';

const THANKS_MS = 8_000; // the thanks stay that long, unless they are touched
const UNSENT_MS = 3_000; // an answer that is not safe by then is shown as not sent
const NARROW = 600; // px: windows in which a question lies at the foot
const FROM_RIGHT = /^(ar|dv|fa|he|ku|ps|sd|ug|ur|yi)\b/; // languages
const KINDS = {one: list, several: list, text: free};

/** Our element in the page, with a shadow root: neither the page's style nor ours reaches the other. */
const place = ({look: {place: where, selector, side, accent}}, lang, name, parent = document.body) => {
  const dir = FROM_RIGHT.test(lang) ? 'rtl' : 'ltr';
  const host = el(`parcours-ask.${name}.${side}`, {lang, dir});
  const root = host.attachShadow({mode: 'open'});
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  const inside = where === 'inside' && document.querySelector(selector);
  if (inside) host.classList.add(where);
  (inside || parent).append(host);
  const isNarrow = (parent === document.body ? innerWidth : parent.clientWidth) <= NARROW;
  host.classList.toggle('narrow', isNarrow && !inside);
  colour(host, accent);
  return [host, root];
};

/**
 * Shows an asking. `mask(text)`: the text without what must not be sent; `asked`: whether the visitor asked for it, so
 * that it may take the focus. Returns a function that removes it.
 */
export const show = (asking, hooks, mask, asked) => {
  const {survey, lang, words, text} = asking;
  const {questions} = survey;
  const [host, root] = place(survey, lang, 'ask', hooks.parent);
  const before = document.activeElement;
  let timer;

  const remove = () => {
    clearTimeout(timer);
    asking.onChange = 0;
    const had = root.activeElement;
    host.remove();
    if (had) before.focus();
  };
  const close = () => {
    if (asking.question) asking.close();
    remove();
  };
  const around = {
    text,
    words,
    mask: (field) => {
      const {value} = field;
      return value !== (field.value = mask(value));
    },
  };
  /** Draws the box anew, with the focus where it was: in it, or in the page. */
  const draw = (title, kind, ...parts) => {
    const had = root.activeElement || asked;
    asked = 0;
    const heading = el('h2', {id: 'h', tabindex: -1, 'aria-live': 'polite'}, title);
    root.replaceChildren(
      el(
        `section${kind}`,
        {role: 'dialog', 'aria-labelledby': 'h'},
        button('.x', close, '×', {'aria-label': words.close}),
        heading,
        ...parts,
      ),
    );
    if (had) (root.querySelector('[role=radio],input,textarea') || heading).focus();
  };

  const ask = (question) => {
    const {kind, optional} = question;
    const n = questions.indexOf(question) + 1;
    let given;
    const done = (answer) => {
      asking.answer(answer);
      next();
    };
    const go = button('.go', () => done(given), n < questions.length ? words.next : words.send);
    const ready = (answer) => {
      given = answer;
      go.disabled = !given;
    };
    const end = el('div.end');
    if (optional) end.append(button('.q', () => done({}), words.skip));
    if (questions[1]) end.append(el('span.note', {}, words.of.replace('{n}', n).replace('{all}', questions.length)));
    const draws = SCALES[kind] ? scale : KINDS[kind] || point;
    if (draws !== scale) end.append(go);
    ready();
    const parts = draws(question, {...around, done, ready});
    if (end.firstChild) parts.push(end);
    draw(text(question.text), kind === 'nps' ? '.wide' : '', ...parts);
  };

  /** Which element bothers the visitor, and what is wrong with it. */
  const point = (question, {ready}) => {
    const area = el('div');
    const start = button(
      '',
      () => {
        const box = root.firstChild;
        box.hidden = true;
        pick(host, root, words, (chosen, name, x, y) => {
          box.hidden = false;
          if (!chosen) return start.focus();
          const found = {e: hooks.recordOf(chosen), place: hooks.placeOn(chosen, x, y)};
          ready(found);
          const parts = free({optional: 1}, {...around, ready: (told) => ready({...found, ...told})}, words.what);
          area.replaceChildren(el('p.note', {}, `${words.picked} ${name}`), ...parts);
          start.textContent = words.again;
          parts[0].focus();
        });
      },
      words.show,
    );
    return [area, start];
  };

  const next = () => {
    clearTimeout(timer);
    if (asking.question) ask(asking.question);
    else if (asking.isSafe()) {
      draw(text(survey.thanks) || words.thanks, '');
      const end = () => (root.activeElement || host.matches(':hover') ? 0 : remove());
      timer = setTimeout(end, THANKS_MS);
    } else timer = setTimeout(draw, UNSENT_MS, words.unsent, '.bad');
  };

  asking.onChange = () => asking.question || next();
  host.onkeydown = (event) => {
    if (event.key === 'Escape') close();
    event.stopPropagation(); // the page's own keys must not act on what is typed here
  };
  // The field in focus stays above the keyboard of a phone.
  const {visualViewport: seen} = window;
  if (seen) seen.onresize = () => host.style.setProperty('--kb', `${innerHeight - seen.height - seen.offsetTop}px`);
  next(); // a link may have brought the only answer
  return remove;
};

/** The button that stays at the edge of the window. Returns a function that removes it. */
export const edge = (survey, lang, label, press, parent) => {
  const [host, root] = place(survey, lang, 'side', parent);
  root.append(button('.go', press, label));
  return () => host.remove();
};
