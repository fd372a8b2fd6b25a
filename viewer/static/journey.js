// The map open for editing: its buttons act at once, and it is saved by the API, so that a lost race keeps what was typed.
const form = document.querySelector('form[data-journey]');
const {journey: api, language, other, back} = form.dataset;
const text = (root, name) => root.querySelector(`[name="${name}"]`).value.trim();
const lines = (words) => [...new Set(words.split('\n').map((line) => line.trim()).filter(Boolean))];
const goals = new Map(); // stage key → the goal in all languages, as stored

const words = (here, there) => Object.fromEntries([[language, here], [other, there]].filter(([, word]) => word));

const touchpoint = (box) => ({
  key: text(box, 'touchpoint'),
  name: words(text(box, 'tp_name'), text(box, 'tp_other')),
  pages: lines(text(box, 'tp_pages').replaceAll(',', '\n')),
});

const stage = (box) => {
  const key = text(box, 'stage'), typed = text(box, 'stage_goal'), goal = {...goals.get(key)};
  if (typed) goal[language] = typed; else delete goal[language];
  return {
    key,
    name: words(text(box, 'stage_name'), text(box, 'stage_other')),
    goal,
    pains: lines(text(box, 'stage_pains')),
    touchpoints: [...box.querySelectorAll('[data-touchpoint]')].map(touchpoint),
  };
};

const record = () => ({
  name: text(form, 'name'),
  objective: text(form, 'objective'),
  review_on: text(form, 'review_on'),
  window_days: Number(text(form, 'window_days')),
  version: Number(text(form, 'version')),
  stages: [...form.querySelectorAll('[data-stage]')].map(stage),
});

const say = (message) => {
  const lost = form.querySelector('[data-lost]');
  lost.textContent = message;
  lost.hidden = !message;
  if (message) lost.scrollIntoView({block: 'center'});
};

const save = async () => {
  if (!form.reportValidity()) return;
  say('');
  const answer = await fetch(api, {
    method: 'PUT',
    headers: {'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': text(form, 'csrf')},
    body: JSON.stringify(record()),
  });
  if (answer.ok) {
    leave = true;
    location.assign(back);
    return;
  }
  const {error} = await answer.json();
  say(answer.status === 409 ? `${form.dataset.kept} ${error.message}` : `${error.message} ${error.hint}`);
};

const fresh = (what) => {
  const node = document.querySelector(`template[data-new="${what}"]`).content.firstElementChild.cloneNode(true);
  const key = `k${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0')}`;
  node.querySelector(`[name="${what}"]`).value = key;
  if (what === 'stage') node.id = key;
  return node;
};

const move = (node, step, kind) => {
  const next = step < 0 ? node.previousElementSibling : node.nextElementSibling;
  if (!next?.matches(kind)) return;
  if (step < 0) next.before(node); else next.after(node);
};

const toStage = (node, step) => {
  const stages = [...form.querySelectorAll('[data-stage]')];
  stages[stages.indexOf(node.closest('[data-stage]')) + step]?.querySelector('[data-touchpoints]').append(node);
};

const ACTS = {
  'save': save,
  'add': (button) => { const node = fresh('stage'); button.closest('[data-add]').before(node); return node; },
  'left': (button) => move(button.closest('[data-stage]'), -1, '[data-stage]'),
  'right': (button) => move(button.closest('[data-stage]'), 1, '[data-stage]'),
  'remove': (button) => { if (form.querySelectorAll('[data-stage]').length > 1) button.closest('[data-stage]').remove(); },
  'tp-add': (button) => { const node = fresh('touchpoint'); button.closest('[data-stage]').querySelector('[data-touchpoints]').append(node); return node; },
  'tp-up': (button) => move(button.closest('[data-touchpoint]'), -1, '[data-touchpoint]'),
  'tp-down': (button) => move(button.closest('[data-touchpoint]'), 1, '[data-touchpoint]'),
  'tp-left': (button) => toStage(button.closest('[data-touchpoint]'), -1),
  'tp-right': (button) => toStage(button.closest('[data-touchpoint]'), 1),
  'tp-remove': (button) => { button.closest('[data-touchpoint]').remove(); },
};

let changed = false, leave = false;
form.addEventListener('input', () => { changed = true; });
form.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-do]');
  if (!button) return;
  event.preventDefault();
  if (button.dataset.do !== 'save') changed = true;
  const made = await ACTS[button.dataset.do](button);
  if (made) made.querySelector('input[type=text]').focus();
  else if (button.isConnected) button.focus();
});
form.addEventListener('submit', (event) => { event.preventDefault(); save(); });
addEventListener('beforeunload', (event) => { if (changed && !leave) event.preventDefault(); });

const stored = await fetch(api, {headers: {accept: 'application/json'}});
if (stored.ok) for (const {key, goal} of (await stored.json()).stages) goals.set(key, goal);
