// Shows what a page group would do while it is typed. The server judges: the form is sent, and the parts that say what
// it does take the place of the old ones.
const form = document.querySelector('[data-group]');

let waiting;
let asked = 0;

const chosen = () => document.querySelector('[name=list][aria-pressed=true]')?.value ?? 'changes';

const test = async (more = {}) => {
  const sent = new FormData(form);
  sent.set('list', chosen());
  for (const [name, value] of Object.entries(more)) sent.set(name, value);
  asked += 1;
  const number = asked;
  const body = new URLSearchParams(sent);
  const answer = await fetch(form.action, {method: 'POST', body, headers: {accept: 'text/html'}});
  if (!answer.ok || number !== asked) return; // a later letter asked again
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focused = document.activeElement?.value;
  for (const part of page.querySelectorAll('[data-live]')) {
    const old = document.getElementById(part.id);
    const within = old.contains(document.activeElement);
    old.replaceChildren(...part.childNodes);
    if (within) [...old.querySelectorAll('button')].find((one) => one.value === focused)?.focus();
  }
  if (more.leave) form.elements.without.value = page.querySelector('[name=without]').value;
};
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => test().catch(() => {}), 250); // a lost connection: the next letter asks again
};

document.addEventListener('input', (event) => event.target.form === form && soon());
document.addEventListener('click', (event) => {
  const button = event.target.closest('button[name=list], button[name=leave]');
  if (!button) return;
  event.preventDefault();
  test({[button.name]: button.value}).catch(() => button.form.requestSubmit(button));
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target.matches('[name=try], [name=find]')) event.preventDefault(); // not "Save"
});
for (const button of document.querySelectorAll('[data-noscript]')) button.hidden = true;
