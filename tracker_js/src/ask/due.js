// Which surveys are due on a page: pure, from what the collector said of them (docs/feedback.md).

const DAY = 864e5; // ms

/** The name of the page at `href` (an address as the tracker sends it): without scheme, `www.` and campaign. */
export const pageOf = (href) => {
  const {host, pathname, search, hash} = new URL(href);
  const kept = search.replace(/[?&](utm_\w+|\w+=\*)[^&]*/g, '').replace(/^&/, '?');
  return host.replace(/^www\./, '') + (pathname.replace(/\/+$/, '') || '/') + kept + hash.replace(/\/+$/, '');
};

const fits = ([pattern, withQuery], page) =>
  new RegExp(`^(?:${pattern})$`).test(withQuery ? page : page.replace(/\?[^#]*/, ''));

/** Whether `place` of a survey is on `page`. */
export const isOn = (place, page) =>
  (!place.pages[0] || place.pages.some((one) => fits(one, page))) && !place.not.some((one) => fits(one, page));

/** A number from 0 to 1 that is always the same for a survey and an id: FNV-1a, well mixed. */
export const drawOf = (text) => {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

/** Whether the visitor is of the share that is asked. `id`: with consent. */
export const isDrawn = (survey, id) => (id ? drawOf(`${survey.id} ${id}`) : survey.draw) < survey.share;

/** Whether the visitor was asked lately. `asked`: survey → ms since 1970; `between`: days between two surveys. */
export const isRecent = (survey, asked, between, now) =>
  !!survey.recent ||
  Object.keys(asked).some((id) => now - asked[id] < (id === survey.id ? survey.wait : between) * DAY);

/** Whether this visitor sees the variant that is asked about. */
export const isVariant = ({variant}, variants) => !variant[0] || variants[variant[0]] === variant[1];

/** The language in which all texts of `survey` are there: the visitor's, else that of the survey. */
export const languageOf = (survey, wanted) => {
  const texts = [survey.thanks];
  for (const {text, low, high, options} of survey.questions)
    texts.push(text, low || text, high || text, ...(options || []).map((one) => one.text));
  const known = wanted.flatMap((one) => [one, one.split('-')[0]]);
  return known.find((one) => texts.every((text) => text[one])) || survey.language;
};

/** The question after `question`, answered with `{g, o}`; null: the thanks. */
export const nextOf = (survey, question, {g = null, o = []}) => {
  const at = survey.questions.indexOf(question);
  const branch = (question.branches || []).find(({least, most, options}) => {
    if (least == null && most == null && !options) return true;
    if (options) return options.some((one) => o.includes(one));
    return g !== null && g >= (least ?? 0) && g <= (most ?? 10);
  });
  const next = branch ? survey.questions.find(({id}) => id === branch.to) : survey.questions[at + 1];
  return next || null;
};
