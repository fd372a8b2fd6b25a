// Before a map is printed, it is laid out as on paper. It is on one sheet if its text stays at 6 pt or more: it is set
// in 9 pt and scaled down until it fits. Else it is in 9 pt on several sheets, each with the names of the stages
// on top.
const main = document.querySelector('main');
const options = document.querySelector('[data-sheet]');
const MM = 96 / 25.4; // px
const HEIGHTS = {a4: 189.5 * MM, a3: 276.5 * MM}; // of what is printed, between the margins
const FULL_PT = 9; // as in journey_print.css
const LEAST_PT = 6;
const STEP_PT = 0.25;
const OFF = '.bars, .board ~ .wrap section, .note, .sheetbar';
const title = document.title;
let undo = []; // what takes the layout back, the last first

const lay = (paper, pt = FULL_PT) => {
  main.classList.add('onsheet');
  main.classList.toggle('a3', paper === 'a3');
  main.style.setProperty('--fit', pt / FULL_PT);
};

// Figures are closed; on A3 there is space for intervals under them: "57.2–60.0" of "57.2–60.0, 48 of 80 visitors".
const prepare = () => {
  const opened = [...main.querySelectorAll('.jm details[open]')];
  const off = [...main.querySelectorAll(OFF)].filter((one) => !one.hidden);
  opened.forEach((one) => { one.open = false; });
  off.forEach((one) => { one.hidden = true; });
  undo.push(() => {
    opened.forEach((one) => { one.open = true; });
    off.forEach((one) => { one.hidden = false; });
    main.classList.remove('onsheet', 'a3');
    main.style.removeProperty('--fit');
  });
  main.querySelectorAll('.jm img').forEach((one) => { one.loading = 'eager'; });
  main.querySelectorAll('.jm details.iv').forEach((one) => {
    const [first] = one.querySelector('small')?.textContent.trim().split(', ') ?? [''];
    if (/\d\u2013\d/.test(first)) one.querySelector('summary').dataset.short = first;
  });
};

const restore = () => {
  while (undo.length) undo.pop()();
  document.title = title;
};

// The size of the text with which the map fits one sheet; 0 if there is none from 6 pt on.
const fitting = (paper) => {
  for (let pt = FULL_PT; pt >= LEAST_PT; pt -= STEP_PT) {
    lay(paper, pt);
    if (main.getBoundingClientRect().height <= HEIGHTS[paper]) return pt;
  }
  return 0;
};

const choose = () => {
  const wanted = options?.dataset.paper;
  const plans = (wanted ? [wanted] : ['a4', 'a3']).map((paper) => ({paper, pt: fitting(paper)}));
  const plan = plans.find(({pt}) => pt) ?? plans[0];
  lay(plan.paper, plan.pt || FULL_PT);
  return plan;
};

const heightOf = (nodes) => {
  const boxes = nodes.map((one) => one.getBoundingClientRect()).filter((box) => box.height);
  return boxes.length ? Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top)) : 0;
};

// The cells of each lane, its name first; `head` are those of the stages.
const lanesOf = (grid) => {
  const rows = [[]];
  [...grid.children].forEach((one) => {
    if (one.matches('.lane:not(.corner)')) rows.push([]);
    rows.at(-1).push(one);
  });
  const [head, ...lanes] = rows;
  return {head, lanes};
};

// Divides a lane that is higher than a sheet: what its cells hold below `height` goes into further lanes of its name.
const divided = (row, height) => {
  const top = Math.min(...row.map((one) => one.getBoundingClientRect().top));
  const inside = ([one]) => one.getBoundingClientRect().bottom - top <= height;
  const rest = row.map((cell) => cell.cloneNode(cell === row[0]));
  let moved = false;
  row.slice(1).forEach((cell, i) => {
    const all = [...cell.childNodes];
    const parts = [...cell.children];
    const over = parts.findIndex((one, n) => n > 0 && !inside([one]));
    if (over < 0) return;
    undo.push(() => cell.replaceChildren(...all));
    rest[i + 1].append(...all.slice(all.indexOf(parts[over])));
    moved = true;
  });
  return moved ? rest : null;
};

// Puts the map on sheets: each is a grid with the stages on top. Returns how many, and the lane on top of the second.
const divide = (paper) => {
  const grid = main.querySelector('.jm');
  if (!grid) return {lane: '', sheets: 1};
  const {head, lanes} = lanesOf(grid);
  const all = [...grid.children];
  const added = [];
  undo.push(() => {
    added.forEach((one) => one.remove());
    grid.replaceChildren(...all);
  });
  const above = grid.getBoundingClientRect().top - main.getBoundingClientRect().top;
  const below = main.getBoundingClientRect().bottom - grid.getBoundingClientRect().bottom;
  const high = heightOf(head);
  const whole = HEIGHTS[paper] - high;
  const begins = [''];
  let extra = 0; // sheets that what cannot be divided takes
  let sheet = grid;
  let left = whole - above;
  const next = (row) => {
    const clone = grid.cloneNode(false);
    clone.classList.add('further');
    clone.append(...head.map((one) => one.cloneNode(true)));
    sheet.after(clone);
    added.push(clone);
    begins.push(row[0].querySelector('span')?.textContent.trim() ?? '');
    sheet = clone;
    left = whole;
  };
  for (let i = 0; i < lanes.length; i += 1) {
    const row = lanes[i];
    const height = heightOf(row) + (i === lanes.length - 1 ? below : 0);
    if (height > left && (height <= whole || left < whole / 2)) next(row);
    if (sheet !== grid) sheet.append(...row);
    const rest = height > left ? divided(row, left) : null;
    if (rest) {
      sheet.append(...rest); // measured where it is
      lanes.splice(i + 1, 0, rest);
      left = 0;
    } else {
      extra += Math.max(0, Math.ceil((height - left) / HEIGHTS[paper]));
      left -= height;
    }
  }
  return {lane: begins[1] ?? '', sheets: begins.length + extra};
};

addEventListener('beforeprint', (event) => {
  restore();
  prepare();
  const {paper, pt} = choose();
  if (!pt && event.detail !== 'picture') divide(paper); // a picture is one sheet of any height
  if (options) document.title = options.dataset.file; // the name that browsers propose for the PDF
});
addEventListener('afterprint', restore);

// What is printed is said when the options are opened, and after each choice.
const say = () => {
  restore();
  prepare();
  const {paper, pt} = choose();
  const {lane, sheets} = pt ? {lane: '', sheets: 1} : divide(paper);
  restore();
  prepare();
  const fitsA3 = !pt && paper === 'a4' && fitting('a3') > 0;
  restore();
  const words = options.querySelector('[data-fit]');
  const {one, more} = words.dataset;
  const number = (n) => n.toLocaleString(document.documentElement.lang);
  words.textContent = (pt ? one : more).replace('PAPER', paper.toUpperCase()).replace('PT', number(pt || FULL_PT))
    .replace('SHEETS', number(sheets)).replace('LANE', lane);
  words.classList.toggle('warn', !pt);
  const larger = options.querySelector('[data-larger]');
  if (larger) larger.hidden = !fitsA3;
};

if (options) {
  options.addEventListener('toggle', () => options.open && say());
  if (options.open) addEventListener('load', say);
  options.querySelector('[data-print]')?.addEventListener('click', () => print());
}
