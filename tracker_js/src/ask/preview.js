// Shows a question in the form of its survey (viewer/pages/surveys), drawn by what draws it on a customer's page.
import {edge, show} from './show.js';

/**
 * Draws step `at` of a survey in `parent`, an element that stands for the browser window: a question, or the thanks.
 * `survey`: as in `GET /ask/{site key}.json`; `words`: of its language.
 */
export const preview = (parent, survey, at, lang, words) => {
  parent.removePreview?.();
  let step = at;
  const asking = {
    survey,
    lang,
    words,
    text: (texts = {}) => texts[lang] || texts[survey.language] || '',
    get question() {
      return survey.questions[step] || null;
    },
    answer: () => {
      step++;
    },
    close: () => {},
    isSafe: () => true,
  };
  const hooks = {parent, recordOf: (el) => el, placeOn: () => ({})};
  const draw = () => {
    parent.removePreview?.();
    parent.removePreview = show(asking, hooks, (text) => text);
  };
  if (survey.look.place !== 'edge' || !asking.question) draw();
  else parent.removePreview = edge(survey, lang, words.edge, draw, parent);
};
