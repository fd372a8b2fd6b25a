// Computes the planned size of an experiment without loading the page, which would lose what was typed beside it.
const fraction = (field) => Number(field.value.replace(',', '.')) / 100;

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-planned]')) return;
  event.preventDefault();
  const query = new URLSearchParams({
    share: fraction(form.elements.share).toFixed(6),
    change: fraction(form.elements.change).toFixed(6),
  });
  const answer = await fetch(`${form.dataset.planned}?${query}`, {headers: {accept: 'application/json'}});
  const found = await answer.json();
  const visitors = answer.ok ? found.visitors.toLocaleString(document.documentElement.lang) : '';
  const words = answer.ok ? form.dataset.template.replace('#', visitors) : found.error.message;
  form.querySelector('output b').textContent = words;
});
