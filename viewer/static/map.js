// Picture and table are one. Pointing at an element, or moving the focus to it, shows its numbers; a click or Enter
// holds it, and its numbers stay until it is let go. Without this script every link loads the page with its element.
const pic = document.querySelector('.pic[data-live]');
const tag = pic?.querySelector('.tag');
const detail = document.querySelector('[data-detail-of]');
const boxes = pic ? [...pic.querySelectorAll('.el')] : [];
const rows = [...document.querySelectorAll('tr[data-el]')];
const narrow = matchMedia('(max-width: 44rem)');
let held = null; // the id of the element that is held

// The row and the box of each element, found once: there may be thousands.
const nodes = new Map();
for (const node of [...boxes, ...rows]) {
  nodes.set(node.dataset.el, [...(nodes.get(node.dataset.el) ?? []), node]);
}
const boxOf = (id) => nodes.get(id)?.find((node) => node.matches('.el'));
let marked = [];

// Changes a parameter of the page's address, and of all links that keep it.
const remember = (name, value) => {
  const set = (href) => {
    const url = new URL(href, location.href);
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    return url;
  };
  history.replaceState(null, '', set(location.href));
  const keeping = '.bar a, .tblhead a, .tbl th a, .el, tr[data-el] a, .under a, .legend a';
  if (name !== 'element')
    document.querySelectorAll(keeping).forEach((link) => {
      if (!link.classList.contains('help')) link.href = set(link.href);
    });
};

const mark = (id) => {
  for (const node of marked) node.classList.remove('on', 'held');
  marked = [...(nodes.get(id) ?? []), ...(id === held ? [] : (nodes.get(held) ?? []))];
  for (const node of marked) {
    node.classList.add('on');
    node.classList.toggle('held', node.dataset.el === held);
  }
};

const helpLink = (href, label) => {
  const link = document.createElement('a');
  link.className = 'help';
  link.href = href;
  link.title = detail.dataset.help.replace('…', label);
  link.setAttribute('aria-label', link.title);
  return link;
};

const fill = (box) => {
  if (!detail) return;
  detail.querySelector('h2').textContent = box.dataset.name;
  detail.querySelector('.rank').dataset.rank = box.dataset.rank;
  detail.querySelector('dl').replaceChildren(
    ...JSON.parse(box.dataset.detail).flatMap(([label, value, css, help]) => {
      const dt = document.createElement('dt'),
        dd = document.createElement('dd'),
        b = document.createElement('b');
      dt.textContent = label;
      if (help) dt.append(helpLink(help, label));
      b.textContent = value;
      dd.className = css;
      dd.append(css ? b : value);
      return [dt, dd];
    }),
  );
  detail.hidden = false;
};

const point = (box, height) => {
  if (!box) {
    tag.hidden = true;
    return;
  }
  const {left, top, width} = box.style,
    right = parseFloat(left) > 60;
  tag.hidden = false;
  tag.textContent = box.getAttribute('aria-label');
  tag.classList.toggle('r', right);
  tag.classList.toggle('under', (parseFloat(top) / 100) * height < 32);
  tag.style.top = top;
  tag.style.left = right ? `calc(${left} + ${width})` : left;
};

const show = (id) => {
  const box = boxOf(id),
    height = pic.offsetHeight; // read before anything is changed, so that the layout is computed once
  mark(id);
  point(box, height);
  if (box && !held) fill(box);
};

// Loads the page again, at the same place, once the exact numbers behind a first answer have been counted.
const replaceFirst = async () => {
  const url = new URL(`heat.png${location.search}`, location.href);
  url.searchParams.set('exact', '1');
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok) location.reload();
};
if (document.querySelector('[data-first]')) replaceFirst();

// Only what is out of sight moves: the picture if its element is, or where the sheet of a phone covers it.
const reveal = (box) => {
  const {top, bottom} = box.getBoundingClientRect();
  const end = getComputedStyle(detail).position === 'fixed' ? detail.getBoundingClientRect().top : innerHeight;
  if (bottom < 0 || top > end - 8) scrollBy({top: (top + bottom) / 2 - end / 2});
};

// The seven figures of the held element, and what can be done with those who used it.
const loadFigures = async (box) => {
  if (!detail.dataset.figures) return;
  const into = detail.querySelector('[data-held]'),
    url = new URL(detail.dataset.figures, location.href);
  url.searchParams.set('element', box.dataset.key);
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok || held !== box.dataset.el) return;
  into.innerHTML = await answer.text();
  if (held !== box.dataset.el) return;
  into.querySelector('details').open = !narrow.matches;
  detail.classList.add('full');
  reveal(box);
};

const hold = (id) => {
  const box = boxOf(id);
  if (!box || !detail) return;
  if (held !== id) {
    detail.classList.remove('full');
    loadFigures(box);
  }
  held = id;
  fill(box);
  detail.classList.add('on');
  detail.querySelector('.rel').hidden = false;
  boxes.forEach((one) => (one.tabIndex = one === box ? 0 : -1));
  show(id);
  reveal(box);
  remember('element', box.dataset.key);
};

const release = () => {
  if (!held) return;
  held = null;
  detail.classList.remove('on', 'full');
  detail.querySelector('[data-held]').replaceChildren();
  detail.querySelector('.rel').hidden = true;
  tag.hidden = true;
  mark(null);
  remember('element', '');
};

const walk = (step, from) => {
  const at = boxes.indexOf(from);
  return boxes.at((at + step) % boxes.length);
};

const press = (event, id) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  if (!boxOf(id)) return; // the link loads the page
  event.preventDefault();
  hold(id);
};

const keys = (event) => {
  const at = document.activeElement;
  const step = {ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1}[event.key];
  const next = {Home: boxes[0], End: boxes.at(-1)}[event.key] || (step && walk(step, at));
  if (!next) return;
  event.preventDefault();
  boxes.forEach((one) => (one.tabIndex = one === next ? 0 : -1));
  next.focus({preventScroll: true});
  reveal(next);
  if (held) hold(next.dataset.el);
};

// A table of thousands of rows is painted as a whole whenever one of them changes: its end is shown when it is reached.
const AT_ONCE = 200;
let later = rows.filter((row) => row.classList.contains('later'));
const showFurther = () => {
  for (const row of later.slice(0, AT_ONCE)) row.classList.remove('later');
  later = later.slice(AT_ONCE);
};
const end = document.querySelector('[data-further]');
if (end && later.length) {
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      showFurther();
      watch.unobserve(end); // observed again, it is reported again where it is still in sight
      if (later.length) watch.observe(end);
    },
    {root: narrow.matches ? null : end.closest('.panel'), rootMargin: '400px'},
  );
  watch.observe(end);
}

const find = (text) => {
  const wanted = text.trim().toLocaleLowerCase();
  end?.closest('section').classList.toggle('found', Boolean(wanted)); // rows that are found are shown at once
  let shown = 0;
  rows.forEach((row) => {
    row.hidden = !row.querySelector('a').textContent.toLocaleLowerCase().includes(wanted);
    shown += row.hidden ? 0 : 1;
  });
  const none = document.querySelector('[data-none]');
  if (none) none.hidden = shown > 0;
};

// A narrow screen shows the picture of narrow screens first.
const own = pic?.dataset.narrow;
const asked = new URLSearchParams(location.search);
if (own && narrow.matches && !asked.has('width')) {
  const phone = new URL(own, location);
  // What is open beside the map is no part of its question.
  for (const name of ['share', 'notes']) if (asked.has(name)) phone.searchParams.set(name, asked.get(name));
  location.replace(phone);
}

if (pic && tag) {
  const nodeOf = (target) => target.closest?.('.el, tr[data-el]') ?? null;
  let shown = null;
  for (const name of ['pointerover', 'focusin']) {
    document.addEventListener(name, ({target}) => {
      const node = nodeOf(target);
      if (node && node !== shown) show(node.dataset.el);
      shown = node;
    });
  }
  document.addEventListener('click', (event) => {
    const node = nodeOf(event.target);
    if (node && !event.target.closest('.help')) press(event, node.dataset.el);
    else if (pic.contains(event.target)) release();
  });
  pic.addEventListener('keydown', keys);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') release();
  });
  document.querySelector('[data-do=release]')?.addEventListener('click', release);
  document.querySelectorAll('[data-step]').forEach((button) =>
    button.addEventListener('click', () => hold(walk(Number(button.dataset.step), boxOf(held)).dataset.el)),
  );
  document.querySelector('[data-do=find]')?.addEventListener('input', (event) => find(event.target.value));
  const strength = document.querySelector('[data-do=strength]');
  strength?.addEventListener('input', () => pic.style.setProperty('--o', strength.value / 100));
  strength?.addEventListener('change', () => remember('strength', strength.value === '100' ? '' : strength.value));
  document.querySelector('[data-do=page]')?.addEventListener('change', (event) => {
    pic.classList.remove('asis', 'night');
    if (event.target.value) pic.classList.add(event.target.value);
    remember('backdrop', event.target.value);
  });
  document.querySelector('[data-do=legend]')?.addEventListener('toggle', ({target}) => {
    remember('legend', target.open ? '' : '0');
  });
  const first = boxes.find((box) => box.classList.contains('held'));
  if (first) hold(first.dataset.el);
  else if (boxes.length) fill(boxes[0]); // from the start, so that the table stays where it is
}
