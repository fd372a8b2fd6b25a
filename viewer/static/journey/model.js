// Every change of a journey, as pure functions: each takes a journey and answers the changed one.

export const newKey = () => `k${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0')}`;

export const wordsOf = (text, language, fallback = '') =>
  text?.[language] || Object.values(text ?? {}).find(Boolean) || fallback;

// The text with other words in one language; without any, the language is left out.
export const inLanguage = (text, language, words) => {
  const {[language]: _, ...rest} = text ?? {};
  return words.trim() ? {...rest, [language]: words.trim()} : rest;
};

export const stageOf = (journey, key) => journey.stages.find((stage) => stage.key === key);
export const stageWith = (journey, touchpoint) =>
  journey.stages.find((stage) => stage.touchpoints.some((one) => one.key === touchpoint));
export const touchpointOf = (journey, key) =>
  stageWith(journey, key)?.touchpoints.find((one) => one.key === key);
export const contactsOf = (touchpoint) => [
  ...touchpoint.pages.map((page) => ({on: 'page', page})),
  ...touchpoint.matchers,
];

const withStages = (journey, change) => ({...journey, stages: journey.stages.map(change)});
const changed = (list, key, change) => list.map((one) => (one.key === key ? {...one, ...change} : one));
const moved = (list, from, to) => {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
};

/* ---- stages ---- */
export const addStage = (journey, name, language, at = journey.stages.length) => {
  const stage = {key: newKey(), name: {[language]: name}, touchpoints: []};
  return {...journey, stages: [...journey.stages.slice(0, at), stage, ...journey.stages.slice(at)]};
};

export const setStage = (journey, key, change) => ({
  ...journey,
  stages: changed(journey.stages, key, change),
});

export const moveStage = (journey, key, to) => {
  const from = journey.stages.findIndex((stage) => stage.key === key);
  const at = Math.max(0, Math.min(journey.stages.length - 1, to));
  return from === at ? journey : {...journey, stages: moved(journey.stages, from, at)};
};

// What lies on a stage goes with it.
export const removeStage = (journey, key) =>
  pruned({...journey, stages: journey.stages.filter((stage) => stage.key !== key)});

// The next stage becomes part of this one, with its touchpoints, texts and opportunities.
export const mergeStage = (journey, key) => {
  const at = journey.stages.findIndex((stage) => stage.key === key);
  const next = journey.stages[at + 1];
  if (!next) return journey;
  const stages = journey.stages
    .filter((stage) => stage !== next)
    .map((stage) =>
      stage.key === key
        ? {
            ...stage,
            touchpoints: [...stage.touchpoints, ...next.touchpoints],
            completes: stage.completes || next.completes || '',
          }
        : stage,
    );
  return rehomed({...journey, stages}, (one) => (one.stage === next.key ? key : one.stage));
};

// The touchpoints from one on become a stage of their own, after this one.
export const splitStage = (journey, key, from, name, language) => {
  const at = journey.stages.findIndex((stage) => stage.key === key);
  const stage = journey.stages[at];
  const cut = stage.touchpoints.findIndex((one) => one.key === from);
  const second = {key: newKey(), name: {[language]: name}, touchpoints: stage.touchpoints.slice(cut)};
  const first = {...stage, touchpoints: stage.touchpoints.slice(0, cut)};
  const stages = [...journey.stages.slice(0, at), first, second, ...journey.stages.slice(at + 1)];
  const later = new Set(second.touchpoints.map((one) => one.key));
  return rehomed({...journey, stages}, (one) => (later.has(one.touchpoint) ? second.key : one.stage));
};

/* ---- touchpoints ---- */
export const addTouchpoint = (journey, stage, touchpoint, at = Infinity) =>
  withStages(journey, (one) =>
    one.key === stage
      ? {...one, touchpoints: [...one.touchpoints.slice(0, at), touchpoint, ...one.touchpoints.slice(at)]}
      : one,
  );

export const newTouchpoint = (name, language, contacts = []) => ({
  key: newKey(),
  name: {[language]: name},
  pages: contacts.filter((one) => one.on === 'page').map((one) => one.page),
  matchers: contacts.filter((one) => one.on !== 'page'),
  purpose: {},
  expected_next: [],
  targets: [],
});

export const setTouchpoint = (journey, key, change) =>
  withStages(journey, (stage) => ({...stage, touchpoints: changed(stage.touchpoints, key, change)}));

// To a place among the touchpoints of a stage; its texts and opportunities go with it.
export const moveTouchpoint = (journey, key, stage, to) => {
  const touchpoint = touchpointOf(journey, key);
  const stages = journey.stages.map((one) => {
    const rest = one.touchpoints.filter((other) => other !== touchpoint);
    if (one.key !== stage) return rest.length === one.touchpoints.length ? one : {...one, touchpoints: rest};
    const at = Math.max(0, Math.min(rest.length, to));
    return {...one, touchpoints: [...rest.slice(0, at), touchpoint, ...rest.slice(at)]};
  });
  return rehomed({...journey, stages}, (one) => (one.touchpoint === key ? stage : one.stage));
};

export const removeTouchpoint = (journey, key) =>
  pruned(
    withStages(journey, (stage) => ({
      ...stage,
      touchpoints: stage.touchpoints.filter((one) => one.key !== key),
    })),
  );

// A way along the expectations that ends where it began; null if there is none.
export const circleOf = (journey) => {
  const next = new Map(
    journey.stages.flatMap((stage) => stage.touchpoints.map((one) => [one.key, one.expected_next])),
  );
  const done = new Set();
  const walk = (key, way) => {
    if (way.includes(key)) return [...way.slice(way.indexOf(key)), key];
    if (done.has(key)) return null;
    for (const after of next.get(key) ?? []) {
      const found = walk(after, [...way, key]);
      if (found) return found;
    }
    done.add(key);
    return null;
  };
  for (const key of next.keys()) {
    const found = walk(key, []);
    if (found) return found;
  }
  return null;
};

/* ---- cells ---- */
const at = (place) => (cell) =>
  cell.lane === place.lane &&
  cell.stage === place.stage &&
  (cell.touchpoint ?? '') === (place.touchpoint ?? '');

export const cellOf = (journey, place) => journey.cells.find(at(place));

const isEmpty = (cell) =>
  !Object.keys(cell.text ?? {}).length &&
  !Object.keys(cell.other ?? {}).length &&
  (cell.mood === undefined || cell.mood === null);

// An empty cell is left out.
export const setCell = (journey, place, change) => {
  const old = cellOf(journey, place);
  const cell = {...(old ?? place), ...change};
  const cells = old ? journey.cells.map((one) => (one === old ? cell : one)) : [...journey.cells, cell];
  return {...journey, cells: cells.filter((one) => !isEmpty(one))};
};

/* ---- lanes, personas, opportunities ---- */
export const setIn = (journey, list, key, change) => ({
  ...journey,
  [list]: changed(journey[list], key, change),
});
export const addTo = (journey, list, item) => ({...journey, [list]: [...journey[list], item]});
export const removeFrom = (journey, list, key) => ({
  ...journey,
  [list]: journey[list].filter((one) => one.key !== key),
});
export const moveIn = (journey, list, key, to) => {
  const from = journey[list].findIndex((one) => one.key === key);
  const end = Math.max(0, Math.min(journey[list].length - 1, to));
  return from === end ? journey : {...journey, [list]: moved(journey[list], from, end)};
};

/* ---- what refers to stages and touchpoints ---- */

// Texts and opportunities of places that are gone are left out; so are expectations of what is gone.
function pruned(journey) {
  const stages = new Map(
    journey.stages.map((stage) => [stage.key, new Set(stage.touchpoints.map((one) => one.key))]),
  );
  const every = new Set([...stages.values()].flatMap((keys) => [...keys]));
  const cells = journey.cells.filter(
    (cell) => stages.has(cell.stage) && (!cell.touchpoint || stages.get(cell.stage).has(cell.touchpoint)),
  );
  const opportunities = journey.opportunities
    .filter((one) => stages.has(one.stage))
    .map((one) => (one.touchpoint && !every.has(one.touchpoint) ? {...one, touchpoint: ''} : one));
  const expecting = withStages(journey, (stage) => ({
    ...stage,
    touchpoints: stage.touchpoints.map((one) => ({
      ...one,
      expected_next: one.expected_next.filter((key) => every.has(key)),
    })),
  }));
  return {...expecting, cells, opportunities};
}

// Texts and opportunities with the stage that they belong to now; two texts at one place become one.
function rehomed(journey, stageFor) {
  const cells = new Map();
  for (const cell of journey.cells) {
    const one = {...cell, stage: stageFor(cell)};
    const place = `${one.lane}/${one.stage}/${one.touchpoint ?? ''}`;
    const there = cells.get(place);
    cells.set(place, there ? joined(there, one) : one);
  }
  const opportunities = journey.opportunities.map((one) => ({...one, stage: stageFor(one)}));
  return {...journey, cells: [...cells.values()], opportunities};
}

const joined = (one, other) => {
  const text = {...one.text};
  for (const [language, words] of Object.entries(other.text ?? {}))
    text[language] = text[language] ? `${text[language]}\n${words}` : words;
  return {...other, ...one, text};
};
