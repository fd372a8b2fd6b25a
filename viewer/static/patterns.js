// Says while a page pattern is typed which known pages it names. The server judges: one meaning of a pattern.
let waiting;

const test = async (field) => {
  const known = field.closest('.field').querySelector('[data-known]');
  const address = `${field.dataset.patterns}?${new URLSearchParams({patterns: field.value})}`;
  const answer = await fetch(address, {headers: {accept: 'application/json'}});
  if (answer.ok) known.textContent = (await answer.json()).words;
};

document.addEventListener('input', (event) => {
  if (!event.target.matches('[data-patterns]')) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => test(event.target).catch(() => {}), 250); // a lost connection: the next letter asks again
});
for (const field of document.querySelectorAll('form [data-patterns]'))
  if (field.value.trim()) test(field).catch(() => {});
