// Follows pictures that are being taken, and goes on when all are there.
const box = document.querySelector('[data-job]');

const follow = async () => {
  const jobs = await Promise.all(
    box.dataset.job.split(' ').map((href) => fetch(href).then((answer) => answer.json())),
  );
  if (jobs.some((job) => job.error || job.state === 'failed')) return location.reload(); // the page says why
  if (jobs.every((job) => job.state === 'done')) return location.assign(box.dataset.next);
  return setTimeout(again, 700);
};
const again = () => follow().catch(() => setTimeout(again, 2000)); // a lost connection: asked again

if (box?.querySelector('[data-running]')) again();
