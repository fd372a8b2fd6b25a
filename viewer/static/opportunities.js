// Cards of opportunities: a link opens one by its fragment (#opp-KEY), so there is one at a time. Escape closes it, and
// focus goes back to the link.
const opened = () => document.querySelector('.opcard:target');

const focus = () => opened()?.querySelector('h3')?.focus({preventScroll: true});

addEventListener('hashchange', focus);
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  const link = opened()?.querySelector('.shut a');
  if (!link) return;
  const id = link.hash.slice(1);
  location.hash = link.hash;
  document.getElementById(id)?.focus();
});
focus();
