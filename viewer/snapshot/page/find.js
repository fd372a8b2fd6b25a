// Finds the first visible element that matches `selector`, in open shadow roots and same-origin frames too, and scrolls
// it into view. Returns a position (window px) at which the pointer hits it, or why there is none.
(selector) => {
  let found;
  try {
    found = [...elementsOf(document)].filter((el) => el.matches(selector));
  } catch {
    return {bad: true};
  }
  const boxed = (el) => [...el.getClientRects()].some((r) => r.width > 1 && r.height > 1);
  const shows = (el) => el.checkVisibility({visibilityProperty: true}) && boxed(el);
  const target = found.find(shows);
  if (!target) return {count: found.length};

  // Position of the element's frame in this window.
  const origin = () => {
    let [x, y] = [0, 0];
    for (let view = target.ownerDocument.defaultView; view !== window; view = view.parent) {
      const frame = view.frameElement, box = frame.getBoundingClientRect();
      x += box.left + frame.clientLeft;
      y += box.top + frame.clientTop;
    }
    return {x, y};
  };
  const boxes = () => {
    const {x, y} = origin();
    return [...target.getClientRects()].filter((r) => r.width > 1 && r.height > 1)
      .map((r) => ({left: r.left + x, top: r.top + y, width: r.width, height: r.height}));
  };
  const fits = (r) => r.left >= 0 && r.top >= 0 && r.left + r.width <= innerWidth && r.top + r.height <= innerHeight;
  const at = (x, y) => {
    let [root, hit, dx, dy] = [document, null, 0, 0];
    while (root) {
      const next = root.elementFromPoint(x - dx, y - dy);
      if (!next || next === hit) break;
      hit = next;
      root = hit.shadowRoot;
      if (hit.localName === 'iframe' && hit.contentDocument) {
        const box = hit.getBoundingClientRect();
        [dx, dy, root] = [dx + box.left + hit.clientLeft, dy + box.top + hit.clientTop, hit.contentDocument];
      }
    }
    return hit;
  };
  const up = (el) => el.parentElement || el.getRootNode().host || el.ownerDocument.defaultView?.frameElement;
  const within = (el, outer) => {
    for (; el; el = up(el)) if (el === outer) return true;
    return false;
  };
  const meets = (hit) => hit && (within(hit, target) || (!/^(body|html)$/.test(hit.localName) && within(target, hit)));

  if (!boxes().some(fits)) target.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
  let cover = null;
  for (const r of boxes()) {
    for (const [fx, fy] of [[.5, .5], [.25, .5], [.75, .5], [.5, .25], [.5, .75], [.1, .1], [.9, .9]]) {
      const x = r.left + fx * r.width, y = r.top + fy * r.height;
      const hit = at(x, y);
      if (meets(hit)) return {count: found.length, x, y};
      cover ??= hit;
    }
  }
  const classes = (el) => [...el.classList].slice(0, 2).map((c) => `.${c}`).join('');
  const name = (el) => el.localName + (el.id ? `#${el.id}` : '') + classes(el);
  return {count: found.length, cover: cover ? name(cover).slice(0, 80) : ''};
};
