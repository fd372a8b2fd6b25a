// One asking: a survey shown once to this visitor. It keeps which question comes, and sends a row for each of its
// states and answers (docs/feedback.md).
import {languageOf, nextOf} from './due.js';
import {maskedText} from './text_masks.js';

export const MISSED = 1; // ASK_STATES in collector/wire.py
export const RECENT = 2;
const SHOWN = 3;
const CLOSED = 4;
const LEFT = 5;
const BEGUN = 6;
const DONE = 7;

const LONGEST = 1000; // characters: MAX_WORDS in store/surveys.py

/** `record`: of the element that made the survey due, if one did. */
export const makeAsking = (survey, {emit, hear, randomId}, record = null) => {
  const a = randomId();
  const lang = languageOf(survey, navigator.languages || [navigator.language]);
  const safe = new Set(); // numbers of the rows that are durable
  let n = 0;
  let state = 0;

  const send = (row) => {
    const place = {x: 0, y: 0, w: 0, h: 0, px: 0, py: 0};
    const nothing = {k: 0, q: '', g: null, o: [], m: '', lang, e: null};
    emit('ask', {t: Date.now(), a, s: survey.id, v: survey.version, n: n++, ...nothing, ...place, ...row}, 1);
  };
  const become = (k) => {
    state = k;
    send({k, e: record});
  };

  hear((kind, batch) => {
    if (kind !== 'sent' || !batch.ask) return;
    batch.ask.a.forEach((id, row) => id === a && safe.add(batch.ask.n[row]));
    self.onChange?.();
  });

  const self = {
    survey,
    lang,
    question: survey.questions[0],
    words: survey.words[lang] || survey.words.en,
    onChange: null,
    text: (texts) => texts?.[lang] || texts?.[survey.language] || '',
    /** The survey was due, and is not shown: the visitor is not of the share (MISSED), or was asked lately (RECENT). */
    skip: become,
    /** The visitor sees the question now. */
    shown: () => state || become(SHOWN),
    answer: ({g = null, o = [], m = '', e = null, place}) => {
      const {question} = self;
      const text = maskedText(m.trim()).slice(0, LONGEST);
      if (g !== null || o[0] || text || e) send({q: question.id, g, o, m: text, e, ...place});
      self.question = nextOf(survey, question, {g, o});
      become(self.question ? BEGUN : DONE);
    },
    close: () => state === DONE || become(CLOSED),
    /** The page is hidden or left: what is still open may not go on. */
    leave: () => (state === SHOWN || state === BEGUN) && become(LEFT),
    isSafe: () => safe.size === n,
  };
  return self;
};
