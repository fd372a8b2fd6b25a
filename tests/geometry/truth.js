// The true elements and places of a page, without any of the tracker's code: elements are numbered in document order
// (with open shadow roots and same-origin frames), places come from the browser.
window.truth = (() => {
  const inside = (el) => {
    for (let i = 0, windows = el.ownerDocument.defaultView; i < windows.length; i++)
      try {
        if (windows[i].frameElement === el) return windows[i].document;
      } catch {} // cross-origin
  };
  const all = (root = document) =>
    [...root.querySelectorAll('*')].flatMap((el) => {
      const frame = inside(el);
      return [el, ...(el.shadowRoot ? all(el.shadowRoot) : []), ...(frame ? all(frame) : [])];
    });
  // Offset from the viewport of an element's document to the page.
  const offset = (el) => {
    const frame = el.ownerDocument.defaultView.frameElement;
    if (!frame) return [scrollX, scrollY];
    const [x, y] = offset(frame);
    const box = frame.getBoundingClientRect();
    const style = getComputedStyle(frame);
    return [
      x + box.x + frame.clientLeft + Number.parseFloat(style.paddingLeft),
      y + box.y + frame.clientTop + Number.parseFloat(style.paddingTop),
    ];
  };
  const deepest = (x, y, root = document) => {
    const el = root.elementFromPoint(x, y);
    if (!el) return null;
    if (el.shadowRoot) {
      const inner = deepest(x, y, el.shadowRoot);
      return inner && inner !== el ? inner : el;
    }
    const frame = inside(el);
    if (!frame) return el;
    const box = el.getBoundingClientRect();
    return deepest(x - box.x - el.clientLeft, y - box.y - el.clientTop, frame) || el;
  };
  /** The element whose box a place on `el` belongs to: the picture of a stroke, the image of an area. */
  const shownBy = (el) => {
    if (el.localName === 'area') return document.querySelector(`img[usemap="#${el.closest('map').name}"]`);
    if (el.ownerSVGElement) return el.closest('a, svg');
    while (getComputedStyle(el).display === 'contents') el = el.parentElement || el.getRootNode().host;
    return el;
  };
  const boxes = (el) => {
    const [dx, dy] = offset(el);
    return [...el.getClientRects()].map((box) => [box.x + dx, box.y + dy, box.width, box.height]);
  };
  return {
    /** Number of the element at a place of the viewport, -1 for none. */
    at: (x, y) => all().indexOf(shownBy(deepest(x, y) || document.body)),
    /** px of the page: the boxes (lines, columns) of element `n`. */
    boxes: (n) => boxes(all()[n]),
    tag: (n) => all()[n].outerHTML.slice(0, 60),
    /** px of the viewport: the boxes of an element. */
    here: (el) => boxes(el).map(([x, y, w, h]) => [x - scrollX, y - scrollY, w, h]),
  };
})();
