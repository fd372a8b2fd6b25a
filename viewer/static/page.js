// Small helps that every page may use; each page works without them.
document.documentElement.classList.add('script');

// Open menus close when something else is clicked, and on Escape.
const opened = () => document.querySelectorAll('.drop[open]');
document.addEventListener('click', (event) =>
  opened().forEach((drop) => drop.contains(event.target) || drop.removeAttribute('open')),
);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  opened().forEach((drop) => {
    drop.removeAttribute('open');
    drop.querySelector('summary').focus();
  });
});

// Buttons that copy, also those that a page gets later.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  button.textContent = button.dataset.done;
});

// A new site is guessed to be in the time zone of its owner's browser; an older one is offered it.
const zone = document.querySelector('[name="timezone"]');
const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.list.options].some((option) => option.value === guess)) {
  if (zone.dataset.zone === 'guess') zone.value = guess;
  const offer = document.querySelector('[data-zone-offer]');
  offer?.addEventListener('click', () => {
    zone.value = guess;
  });
  if (offer) {
    offer.textContent = offer.dataset.zoneOffer.replace('ZONE', guess);
    offer.hidden = false;
  }
}

// A line of code to copy follows what is typed beside it.
document.querySelectorAll('[data-echo]').forEach((span) => {
  const input = document.querySelector(`[name="${span.dataset.echo}"]`);
  input?.addEventListener('input', () => {
    span.textContent = input.value || '…';
  });
});

// Panes show the same part of their pages: they scroll together.
const panes = [...document.querySelectorAll('[data-together]')];
panes.forEach((pane) =>
  pane.addEventListener(
    'scroll',
    () =>
      panes.forEach((other) => {
        if (other !== pane && Math.abs(other.scrollTop - pane.scrollTop) > 1)
          other.scrollTop = pane.scrollTop;
      }),
    {passive: true},
  ),
);
