// Zones on a map: drawing a rectangle over the picture, and showing where a proposed zone is. In the form of a zone:
// finding elements by their name.
const pic = document.querySelector('.pic.l-zones');
const button = document.querySelector('[data-do=draw-zone]');
const form = document.querySelector('[data-drawn]');
const hint = document.querySelector('[data-draw-hint]');

const place = (node, {left, top, width, height}) => Object.assign(node.style, {left, top, width, height});

const made = (css) => {
  const node = document.createElement('div');
  node.className = css;
  node.setAttribute('aria-hidden', 'true');
  return node;
};

// The rectangle between two pointers, as shares of the picture.
const between = (a, b) => {
  const {left, top, width, height} = pic.getBoundingClientRect();
  const share = (at, from, size) => Math.min(1, Math.max(0, (at - from) / size));
  const x = [a, b].map((one) => share(one.clientX, left, width)).sort((one, other) => one - other);
  const y = [a, b].map((one) => share(one.clientY, top, height)).sort((one, other) => one - other);
  return {x: x[0], y: y[0], w: x[1] - x[0], h: y[1] - y[0]};
};

const percent = (share) => `${share * 100}%`;
const show = (node, {x, y, w, h}) =>
  place(node, {left: percent(x), top: percent(y), width: percent(w), height: percent(h)});

if (pic && button && form) {
  const sheet = made('zone-sheet'), // over the picture while drawing, so that a press holds no zone
    box = made('zone-box');
  let start = null;

  const begin = () => {
    pic.append(sheet);
    button.setAttribute('aria-pressed', 'true');
    hint.hidden = false;
  };
  const end = () => {
    sheet.remove();
    start = null;
    button.setAttribute('aria-pressed', 'false');
    hint.hidden = true;
  };
  const discard = () => {
    box.remove();
    form.hidden = true;
    end();
  };

  button.addEventListener('click', () => {
    if (sheet.isConnected) discard();
    else begin();
  });
  document.querySelector('[data-do=discard-zone]').addEventListener('click', discard);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && (sheet.isConnected || !form.hidden)) discard();
  });
  sheet.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    start = event;
    pic.append(box);
    show(box, between(start, event));
  });
  sheet.addEventListener('pointermove', (event) => {
    if (start) show(box, between(start, event));
  });
  sheet.addEventListener('pointercancel', discard);
  sheet.addEventListener('pointerup', (event) => {
    if (!start) return;
    const {x, y, w, h} = between(start, event),
      {width, height} = form.dataset;
    start = null;
    if (w * width < 4 || h * height < 4) return; // a click
    form.elements.drawn.value = [x * width, y * height, w * width, h * height].map((px) => px.toFixed(1)).join(',');
    form.hidden = false;
    end();
    form.elements.name.focus();
  });
}

if (pic) {
  const box = made('zone-box');
  const at = (event) => event.target.closest?.('[data-box]');
  for (const name of ['pointerover', 'focusin']) {
    document.addEventListener(name, (event) => {
      const node = at(event);
      if (!node) {
        box.remove();
        return;
      }
      const [left, top, width, height] = node.dataset.box.split(' ');
      place(box, {left, top, width, height});
      if (!box.isConnected) pic.append(box);
    });
  }
}

document.querySelector('[data-do=find-element]')?.addEventListener('input', ({target}) => {
  const wanted = target.value.trim().toLocaleLowerCase();
  for (const one of document.querySelectorAll('.zone-list .tick'))
    one.hidden = !one.textContent.toLocaleLowerCase().includes(wanted);
});
