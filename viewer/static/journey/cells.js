// Cells: a click or Enter opens one for typing; leaving it, or a pause, keeps what was typed.
import {el} from './dom.js';
import {cellOf, setCell, wordsOf, inLanguage} from './model.js';

const PAUSE = 1000; // ms
const MARKS = {measured: 'm', research: 'r', assumed: 'a'};
const KINDS = Object.keys(MARKS);

export const placeId = (place) => `cell:${place.lane}/${place.stage}/${place.touchpoint ?? ''}`;

const paragraphs = (text) => text.split('\n').map((line) => el('span', {class: 'ln'}, line));

// One cell as a button, or both texts if two people wrote in it.
export function cellNode(app, place, label) {
  const cell = cellOf(app.journey, place);
  const text = wordsOf(cell?.text, app.data.language);
  const button = el(
    'button',
    {
      class: text ? 'ce' : 'ce empty',
      type: 'button',
      'data-focus': placeId(place),
      'aria-label': text ? null : `${app.say('add')}: ${label}`,
      title: label,
      onclick: () => type(app, place, label, button),
    },
    text ? paragraphs(text) : app.say('add'),
    text ? mark(app, cell) : null,
  );
  const other = wordsOf(cell?.other, app.data.language);
  if (!other) return button;
  return el(
    'div',
    {class: 'two-texts'},
    el('div', {class: 'both'}, el('small', {}, app.say('yours')), button),
    el(
      'div',
      {class: 'both'},
      el('small', {}, cell.other_by || app.say('theirs')),
      el('p', {}, paragraphs(other)),
    ),
    el(
      'p',
      {class: 'row'},
      el(
        'button',
        {class: 'ebtn', type: 'button', onclick: () => keepMine(app, place)},
        app.say('keep_mine'),
      ),
      el(
        'button',
        {class: 'ebtn', type: 'button', onclick: () => keepTheirs(app, place)},
        app.say('keep_theirs'),
      ),
    ),
  );
}

export const keepMine = (app, place) =>
  app.change((journey) => setCell(journey, place, {other: {}, other_by: ''}), {said: app.say('kept_mine')});

export const keepTheirs = (app, place) =>
  app.change(
    (journey) => setCell(journey, place, {text: cellOf(journey, place).other, other: {}, other_by: ''}),
    {said: app.say('kept_theirs')},
  );

function mark(app, cell) {
  const evidence = cell.evidence ?? 'assumed';
  return el('span', {class: `evd ${MARKS[evidence]}`}, cell.basis || app.data.names.evidence[evidence]);
}

function type(app, place, label, button) {
  const language = app.data.language;
  const cell = cellOf(app.journey, place) ?? {};
  const before = wordsOf(cell.text, language);
  const join = `${placeId(place)}:${Date.now()}`; // the letters typed in one go are undone together
  let evidence = cell.evidence ?? 'assumed';
  let timer;
  let closed = false;

  const area = el('textarea', {'aria-label': label, rows: 3, maxlength: 2000, value: before});
  const basis = el('input', {
    type: 'text',
    class: 'basis',
    maxlength: 500,
    value: cell.basis ?? '',
    placeholder: app.say('basis_hint'),
    'aria-label': app.say('basis'),
  });
  const tools = el('div', {class: 'tools', role: 'radiogroup', 'aria-label': app.say('evidence')});
  const box = el('div', {class: 'typing'}, area, tools, basis);

  const show = () => {
    tools.replaceChildren(
      ...KINDS.map((kind, n) =>
        el(
          'button',
          {
            class: 'ebtn',
            type: 'button',
            role: 'radio',
            'aria-checked': String(kind === evidence),
            'aria-label': app.data.names.evidence[kind],
            title: `${app.data.names.evidence[kind]} (Alt ${n + 1})`,
            onclick: () => choose(kind),
          },
          el('span', {class: `evd ${MARKS[kind]}`}, kind === evidence ? app.data.names.evidence[kind] : ''),
        ),
      ),
    );
    basis.hidden = evidence === 'assumed';
  };
  const keep = () => {
    clearTimeout(timer);
    const old = cellOf(app.journey, place) ?? {};
    const language_text = inLanguage(old.text, language, area.value);
    const change = {text: language_text, evidence, basis: evidence === 'assumed' ? '' : basis.value.trim()};
    const untouched =
      area.value.trim() === wordsOf(old.text, language) &&
      evidence === (old.evidence ?? 'assumed') &&
      change.basis === (old.basis ?? '');
    if (!untouched) app.change((journey) => setCell(journey, place, change), {join, quiet: true});
  };
  const choose = (kind) => {
    evidence = kind;
    show();
    keep();
    tools.querySelector('[aria-checked=true]').focus();
  };
  const close = (focus) => {
    if (closed) return;
    closed = true;
    keep();
    app.typing = false;
    app.draw();
    if (focus) app.focus(placeId(place));
  };
  const grow = () => {
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  };

  box.addEventListener('input', () => {
    grow();
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      area.value = before;
      close(true);
    } else if (event.altKey && '123'.includes(event.key)) {
      event.preventDefault();
      choose(KINDS[event.key - 1]);
      area.focus();
    } else if (event.target.getAttribute('role') === 'radio') {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (step) {
        event.preventDefault();
        choose(KINDS[(KINDS.indexOf(evidence) + step + KINDS.length) % KINDS.length]);
      } else if ('123'.includes(event.key)) choose(KINDS[event.key - 1]);
    } else if (event.key === 'Tab' && !event.shiftKey && event.target === area && !event.altKey) {
      const cells = [...app.board.querySelectorAll('.ce, .typing textarea')];
      const next = cells[cells.indexOf(area) + 1];
      if (!next) return;
      event.preventDefault();
      const id = next.dataset.focus;
      close(false);
      app.focus(id);
    }
  });
  box.addEventListener('focusout', (event) => {
    if (event.relatedTarget && box.contains(event.relatedTarget)) return;
    // A click on a mark takes the focus away for a moment in some browsers.
    setTimeout(() => box.contains(document.activeElement) || close(false));
  });

  show();
  app.typing = true;
  button.replaceWith(box);
  grow();
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}
