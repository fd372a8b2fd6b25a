// Lets the window scroll what the body scrolls, so that the picture shows all of it. Sizes that depend on the height of
// the body or of the window stay as they are. Returns 'window' if the window scrolls already, 'unrolled', or 'body' if
// the body still scrolls.
() => {
  const root = document.documentElement, body = document.body;
  const MARGIN = 20; // px; hides no more than the margin of the last element
  const scrollsItself = () => {
    if (!body || body === document.scrollingElement) return false;
    if (!/auto|scroll/.test(getComputedStyle(body).overflowY)) return false;
    window.scrollTo({top: 0, behavior: 'instant'});
    body.scrollTo({top: MARGIN, behavior: 'instant'});
    const scrolls = body.scrollTop >= MARGIN && !window.scrollY; // in quirks mode, this may have scrolled the window
    body.scrollTo({top: 0, behavior: 'instant'});
    return scrolls;
  };
  if (!scrollsItself()) return 'window';
  const set = (element, name, value) => element.style.setProperty(name, value, 'important');
  const style = getComputedStyle(body);
  const {height, display, position} = style;
  const hidesSideways = [root, body].some((element) => /hidden|clip/.test(getComputedStyle(element).overflowX));
  const bottom = body.getBoundingClientRect().top + scrollY + body.clientTop + body.scrollHeight;
  // The window scrolls what overflows the body if the root's own overflow is visible and neither has containment.
  // https://drafts.csswg.org/css-overflow-3/#overflow-propagation
  for (const element of [root, body]) {
    set(element, 'contain', 'none');
    set(element, 'container-type', 'normal');
    set(element, 'max-height', 'none');
  }
  set(root, 'overflow', 'visible');
  set(body, 'overflow-x', hidesSideways ? 'hidden' : 'auto');
  set(body, 'overflow-y', 'auto');
  set(body, 'height', height); // what is 100 % tall in it stays so
  if (display === 'block') set(body, 'display', 'flow-root'); // margins collapse no more than in a scroller
  if (position === 'fixed') set(body, 'position', 'absolute');
  if (root.scrollHeight < bottom) set(root, 'min-height', `${bottom}px`); // the margin below the last element
  return scrollsItself() || root.scrollHeight + 1 < bottom ? 'body' : 'unrolled';
};
