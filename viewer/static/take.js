// Follows pictures that are being taken. Goes on when they have ended: to `data-next`, or to this page with the new
// ones.
const box = document.querySelector('[data-job]');
const goOn = (failed) =>
  box.dataset.next && !failed ? location.assign(box.dataset.next) : location.reload();

const follow = async () => {
  const answer = await fetch(box.dataset.job);
  if (!answer.ok) return location.reload(); // the page says why
  const {words, percent, ended, failed} = await answer.json();
  if (ended) return goOn(failed);
  const line = box.querySelector('[data-words]');
  if (line.textContent !== words) line.textContent = words; // announced only when it changes
  const bar = box.querySelector('[role=progressbar]');
  bar.setAttribute('aria-valuenow', percent);
  bar.firstElementChild.style.width = `${percent}%`;
  return setTimeout(again, 700);
};
const again = () => follow().catch(() => setTimeout(again, 2000)); // a lost connection: asked again

if (box) again();
