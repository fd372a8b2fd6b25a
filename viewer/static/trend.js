// Loads the page again once the exact figures behind a first answer have been counted.
const replaceFirst = async () => {
  const url = new URL(location.href);
  url.searchParams.set('exact', '1');
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok) location.reload();
};
if (document.querySelector('[data-first]')) replaceFirst();

// The readings of a trend: the arrow keys, Home, End and the pointer choose a day.
document.querySelectorAll('[data-trend]').forEach((plot) => {
  const box = plot.parentElement;
  const days = [...box.querySelectorAll('[data-readings] li')];
  const reading = box.querySelector('[data-reading]');
  const dot = plot.querySelector('u');
  let at = days.length - 1;

  const show = (n) => {
    at = Math.min(Math.max(n, 0), days.length - 1);
    reading.innerHTML = days[at].innerHTML;
    dot.style.left = days[at].dataset.x;
    dot.style.top = days[at].dataset.y;
    dot.hidden = false;
  };
  const moves = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    Home: () => 0,
    End: () => days.length - 1,
  };
  plot.addEventListener('keydown', (event) => {
    if (!moves[event.key]) return;
    event.preventDefault();
    show(moves[event.key]());
  });
  plot.addEventListener('pointermove', (event) => {
    const {left, width} = plot.getBoundingClientRect();
    show(Math.round(((event.clientX - left) / width) * (days.length - 1)));
  });
  if (days.length) show(at);
});
