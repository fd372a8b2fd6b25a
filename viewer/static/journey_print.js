// Before a map is printed, it is laid out as on paper: on the chosen sheet, else on A4 if it fits one, else on A3.
const main = document.querySelector('main');
const options = document.querySelector('[data-sheet]');
const MM = 96 / 25.4; // px
const HEIGHTS = {a4: 190 * MM, a3: 277 * MM}; // of what is printed, between the margins
const OFF = '.bars, .board ~ .wrap section, .persona, .note, .sheetbar';
const title = document.title;

const lay = (paper) => {
  main.classList.add('onsheet');
  main.classList.toggle('a3', paper === 'a3');
  // On A3 there is room for intervals under the figures: "57.2–60.0" of "57.2–60.0, 48 of 80 visitors".
  main.querySelectorAll('.jm details.iv').forEach((one) => {
    one.open = false;
    const [first] = one.querySelector('small')?.textContent.trim().split(', ') ?? [''];
    if (/\d\u2013\d/.test(first)) one.querySelector('summary').dataset.short = first;
  });
};

// The lane that goes over the sheet; null if everything fits.
const over = (paper) => {
  lay(paper);
  const box = main.getBoundingClientRect();
  if (box.height <= HEIGHTS[paper]) return null;
  const below = box.bottom - (document.querySelector('.jm')?.getBoundingClientRect().bottom ?? box.bottom);
  const lanes = [...main.querySelectorAll('.jm > .lane:not(.corner)')];
  const last = lanes.find((one) => one.getBoundingClientRect().bottom - box.top > HEIGHTS[paper] - below);
  return (last ?? lanes.at(-1))?.querySelector('span')?.textContent.trim() ?? '';
};

const measured = (work) => {
  const off = [...main.querySelectorAll(OFF)].filter((one) => !one.hidden);
  off.forEach((one) => {
    one.hidden = true;
  });
  try {
    return work();
  } finally {
    off.forEach((one) => {
      one.hidden = false;
    });
  }
};

const chosen = () => options?.dataset.paper || (over('a4') === null ? 'a4' : 'a3');

const restore = () => {
  main.classList.remove('onsheet', 'a3');
  document.title = title;
};

addEventListener('beforeprint', () => {
  measured(() => lay(chosen()));
  if (options) document.title = options.dataset.file; // the name that browsers propose for the PDF
});
addEventListener('afterprint', restore);

// What fits is said when the options are opened, and after each choice.
const say = () => {
  const paper = options.dataset.paper || 'a4';
  const lane = measured(() => over(paper));
  const fitsA3 = lane === null || paper === 'a3' ? lane === null : measured(() => over('a3')) === null;
  restore();
  const words = options.querySelector('[data-fit]');
  const {fits, goes, neither} = words.dataset;
  words.textContent = (lane === null ? fits : fitsA3 ? goes : neither)
    .replace('LANE', lane ?? '').replace('PAPER', paper.toUpperCase());
  words.classList.toggle('warn', lane !== null);
  const larger = options.querySelector('[data-larger]');
  if (larger) larger.hidden = lane === null || paper === 'a3' || !fitsA3;
};

if (options) {
  options.addEventListener('toggle', () => options.open && say());
  if (options.open) addEventListener('load', say);
  options.querySelector('[data-print]')?.addEventListener('click', () => print());
}
