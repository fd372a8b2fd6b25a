// Asks visitors: decides which survey is due, and shows one at a time. The tracker loads this file where a question may
// be due, and calls `start` with what it may use of it (docs/feedback.md).
import {isDrawn, isOn, isRecent, isVariant, pageOf} from './due.js';
import {makeAsking, MISSED, RECENT} from './asking.js';
import {maskedText} from './text_masks.js';
import {arm} from './triggers.js';

const ASKED = 'parcours.asked'; // survey → when this browser was asked, ms since 1970; only with consent
const LINK = /#parcours-ask=([^.]+)(?:\.([^.]+)\.(\d+))?/; // survey, and the question with the score of a mail's link

let ready; // of the first call: the surveys are there

const begin = async (hooks) => {
  const {closers, ears, me, onStop, stored, trim, url} = hooks;
  const answer = await fetch(new URL(`../ask/${url.pathname.split('/').pop()}.json`, url), {credentials: 'omit'});
  const {between, surveys} = await answer.json();
  let asked = {}; // in this page
  let current; // the asking that is shown, and how to remove it
  const disarms = [];

  const whenAsked = () => ({...JSON.parse((me.id && stored(ASKED)) || '{}'), ...asked});

  // What visitors see is a file of its own: most of them are not asked.
  const widget = () => import(new URL('../parcours-ask-show.js', url));

  const heard = new Set();
  ears.push((kind, what) => [...heard].forEach((ear) => ear(kind, what)));
  const hear = (ear) => {
    heard.add(ear);
    return () => heard.delete(ear);
  };
  const tools = {...hooks, hear};

  const end = () => {
    current?.remove();
    current = 0;
  };

  /** Shows the survey. `wish`: the visitor asked for it; `first`: answer of the first question, from a link. */
  const open = async (survey, record, wish, first) => {
    const asking = makeAsking(survey, tools, record);
    const {close} = asking;
    asking.close = () => {
      close();
      end();
    };
    end();
    const here = (current = {asking, remove: () => {}});
    const {show} = await widget().catch(() => ({}));
    if (current !== here) return; // closed meanwhile: the tracker stopped
    if (!show) {
      current = 0;
      return;
    }
    asking.shown();
    asked = {...whenAsked(), [survey.id]: Date.now()};
    if (me.id) stored(ASKED, JSON.stringify(asked));
    if (first) asking.answer(first);
    here.remove = show(asking, hooks, maskedText, wish);
  };

  const onDue = (survey, record) => {
    // Never two at once; the thanks of one may be replaced.
    if (current?.asking.question || !isVariant(survey, me.variants)) return;
    if (survey.trigger.kind === 'edge') {
      const {lang, words} = makeAsking(survey, tools);
      const press = () => current?.asking.question || open(survey, null, true);
      let isGone;
      let remove = () => (isGone = true);
      disarms.push(() => remove());
      widget().then(({edge}) => isGone || (remove = edge(survey, lang, words.edge, press)), String);
      return;
    }
    if (!isDrawn(survey, me.id)) makeAsking(survey, tools, record).skip(MISSED);
    else if (isRecent(survey, whenAsked(), between, Date.now())) makeAsking(survey, tools, record).skip(RECENT);
    else open(survey, record);
  };

  const armAll = () => {
    for (const disarm of disarms.splice(0)) disarm();
    const page = pageOf(trim(location));
    for (const survey of surveys)
      if (survey.trigger.kind !== 'call')
        disarms.push(arm(survey, page, tools, (record) => onDue(survey, record)));
  };

  ears.push((kind) => kind === 'view' && armAll());
  closers.push((left) => left && current && current.asking.leave());
  onStop(() => {
    for (const disarm of disarms) disarm();
    end();
  });
  armAll();

  const [, key, question, score] = LINK.exec(location.hash) || [];
  const linked = surveys.find(({id}) => id === key);
  if (linked) open(linked, null, true, linked.questions[0].id === question && {g: +score});

  /** `parcours('ask', key)`: where the survey may be shown. */
  return (called) => {
    const survey = surveys.find(({id}) => id === called);
    const page = pageOf(trim(location));
    if (survey && survey.where.some((place) => isOn(place, page))) onDue(survey, null);
  };
};

export const start = async (hooks, key) => {
  ready ||= begin(hooks);
  const call = await ready;
  if (key) call(key);
};
