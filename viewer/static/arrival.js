// Waits until a picture taken in somebody's own browser has arrived, then says so.
const POLL_MS = 2000;
const line = document.querySelector('[data-arrival]');

const ask = async () => {
  const answer = await fetch(line.dataset.arrival).catch(() => null);
  const arrived = answer?.ok && (await answer.json()).arrived;
  if (arrived) line.textContent = line.dataset.done;
  else setTimeout(ask, POLL_MS);
};

if (line) ask();
