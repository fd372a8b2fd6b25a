// The map open for editing: its buttons act at once. The form is sent to the server as without script.
const form = document.querySelector('form[data-journey]');

const fresh = (what) => {
  const node = document
    .querySelector(`template[data-new="${what}"]`)
    .content.firstElementChild.cloneNode(true);
  const key = `k${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0')}`;
  node.querySelector(`[name="${what}"]`).value = key;
  if (what === 'stage') node.id = key;
  return node;
};

const move = (node, step, kind) => {
  const next = step < 0 ? node.previousElementSibling : node.nextElementSibling;
  if (!next?.matches(kind)) return;
  if (step < 0) next.before(node);
  else next.after(node);
};

const toStage = (node, step) => {
  const stages = [...form.querySelectorAll('[data-stage]')];
  stages[stages.indexOf(node.closest('[data-stage]')) + step]
    ?.querySelector('[data-touchpoints]')
    .append(node);
};

const ACTS = {
  add: (button) => {
    const node = fresh('stage');
    button.closest('[data-add]').before(node);
    return node;
  },
  left: (button) => move(button.closest('[data-stage]'), -1, '[data-stage]'),
  right: (button) => move(button.closest('[data-stage]'), 1, '[data-stage]'),
  remove: (button) => {
    if (form.querySelectorAll('[data-stage]').length > 1) button.closest('[data-stage]').remove();
  },
  'tp-add': (button) => {
    const node = fresh('touchpoint');
    button.closest('[data-stage]').querySelector('[data-touchpoints]').append(node);
    return node;
  },
  'tp-up': (button) => move(button.closest('[data-touchpoint]'), -1, '[data-touchpoint]'),
  'tp-down': (button) => move(button.closest('[data-touchpoint]'), 1, '[data-touchpoint]'),
  'tp-left': (button) => toStage(button.closest('[data-touchpoint]'), -1),
  'tp-right': (button) => toStage(button.closest('[data-touchpoint]'), 1),
  'tp-remove': (button) => {
    button.closest('[data-touchpoint]').remove();
  },
};

// What was typed and not saved is there after a rejected save too: leaving is asked about then as well.
let changed = Boolean(form.querySelector('[role="alert"]')),
  sent = false;
form.addEventListener('input', () => {
  changed = true;
});
form.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (!button) return;
  event.preventDefault();
  changed = true;
  const made = ACTS[button.dataset.do](button);
  if (made) made.querySelector('input[type=text]').focus();
  else if (button.isConnected) button.focus();
});
form.addEventListener('submit', () => {
  sent = true;
});
addEventListener('beforeunload', (event) => {
  if (changed && !sent) event.preventDefault();
});
