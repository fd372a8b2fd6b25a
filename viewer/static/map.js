// Picture and table are one: pointing at or tabbing to an element marks its row, and the other way round.
const pic = document.querySelector('.pic[data-live]');
const tag = pic?.querySelector('.tag');
const detail = document.querySelector('[data-detail-of]');

// The row and the box of each element, found once: there may be thousands.
const nodes = new Map();
for (const node of document.querySelectorAll('[data-el]')) {
  nodes.set(node.dataset.el, [...(nodes.get(node.dataset.el) ?? []), node]);
}
const boxes = [...(pic?.querySelectorAll('.el') ?? [])];
let marked = [];

const mark = (id) => {
  for (const node of marked) node.classList.remove('on');
  marked = nodes.get(id) ?? [];
  for (const node of marked) node.classList.add('on');
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

const show = (node) => {
  const id = node.dataset.el,
    box = nodes.get(id).find((one) => one.matches('.el')),
    height = pic.offsetHeight; // read before anything is changed, so that the layout is computed once
  mark(id);
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
  fill(box);
};

if (pic && tag) {
  let shown = null;
  for (const name of ['pointerover', 'focusin']) {
    document.addEventListener(name, ({target}) => {
      const node = target.closest?.('[data-el]') ?? null;
      if (node && node !== shown) show(node);
      shown = node;
    });
  }
  pic.addEventListener('keydown', (event) => {
    const step = {ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1}[event.key];
    if (!step || !boxes.length) return;
    event.preventDefault();
    boxes.at((boxes.indexOf(document.activeElement) + step) % boxes.length).focus();
  });
  document
    .querySelector('[data-do=strength]')
    ?.addEventListener('input', (event) => pic.style.setProperty('--o', event.target.value / 100));
  document.querySelector('[data-do=page]')?.addEventListener('change', (event) => {
    pic.classList.remove('asis', 'night');
    if (event.target.value) pic.classList.add(event.target.value);
  });
  const first = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (first?.dataset.el) show(first);
  else if (boxes.length) fill(boxes[0]); // from the start, so that the table stays where it is
}
