// The builder counts while it is edited: every change sends the form and takes over the page that it answers.
// Without this module, the form's own buttons do the same.
let sent = 0;

const builder = () => document.querySelector('[data-segment]');

async function send(form, button) {
  const number = ++sent;
  const fields = new FormData(form, button);
  if (!button) fields.set('do', 'count');
  builder().setAttribute('aria-busy', 'true');
  const body = new URLSearchParams(fields);
  const answer = await fetch(form.action, {method: 'POST', body, headers: {Accept: 'text/html'}});
  if (answer.redirected) return location.assign(answer.url);
  const text = await answer.text();
  if (number !== sent) return undefined;
  const page = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-segment]');
  if (page) show(page);
  return undefined;
}

// The focus stays on the same control; it goes to a new rule, and follows one that moves up.
function show(page) {
  const active = document.activeElement;
  const {name, value} = active ?? {};
  const before = rules().length;
  builder().replaceWith(page);
  history.replaceState(null, '', page.dataset.here);
  const named = [...page.querySelectorAll(`[name="${CSS.escape(name ?? '')}"]`)];
  const same = named.find((one) => one.tagName !== 'BUTTON' || one.value === value) ?? named[0];
  const after = rules();
  if (after.length > before && value?.startsWith('rule:')) {
    const rule = [...after].findLast((one) => one.dataset.rule.startsWith(value.slice(5)));
    rule?.querySelector('select[name$=".what"]')?.focus();
  } else if (value?.startsWith('up:')) {
    const above = value.replace(/\d+$/, (n) => String(Math.max(0, n - 1)));
    page.querySelector(`button[value="${CSS.escape(above)}"]`)?.focus();
  } else {
    (same ?? page.querySelector('select'))?.focus();
  }
}

function rules() {
  return builder().querySelectorAll('[data-rule]');
}

document.addEventListener('change', (event) => {
  const form = event.target.form;
  if (form?.id === 'tree' && event.target.name !== 'name') send(form);
});
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (event.target.id !== 'tree' || ['save', 'delete'].includes(button?.value)) return;
  event.preventDefault();
  send(event.target, button);
});
