// Whether the page scrolls inside itself: the window does not scroll, and content lies outside it that only a script of
// the page can move into view.
() => {
  const root = document.documentElement, [wide, tall] = [innerWidth, innerHeight];
  const styleOf = (element) => getComputedStyle(element);
  const fills = (element) => element.clientHeight > tall * 0.8 && element.clientHeight < tall * 1.1 &&
    element.clientWidth > wide * 0.8;
  const hides = (element) => /hidden|clip/.test(styleOf(element).overflowY);
  const shows = (element) => {
    if (!element.checkVisibility({visibilityProperty: true}) || styleOf(element).position === 'fixed') return false;
    if (/^(img|svg|canvas|video)$/.test(element.localName)) return true;
    return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  };
  const isBelow = (element) => element.getBoundingClientRect().top >= tall - 1 && shows(element);
  // A carousel moves sideways too, but its slides are not as large as the window.
  const isNextScreen = (element) => {
    const box = element.getBoundingClientRect();
    return box.left >= wide - 1 && box.width > wide * 0.9 && box.height > tall * 0.9 &&
      [element, ...element.querySelectorAll('*')].some(shows);
  };
  const fits = root.scrollHeight <= tall * 1.1;
  const all = [...elementsOf(document, false)];
  for (const element of all) {
    if (!hides(element) || !fills(element)) continue;
    if (!fits && styleOf(element).position !== 'fixed') continue;
    for (const inner of elementsOf(element, false)) if (isBelow(inner) || isNextScreen(inner)) return true;
  }
  // The window may not scroll although the page is taller, because a script moves the container of all content.
  const moves = (element) => {
    const {transform, willChange} = styleOf(element);
    return (transform !== 'none' || /transform/.test(willChange)) && element.clientHeight > tall * 1.1 &&
      element.clientWidth > wide * 0.8;
  };
  const isLocked = hides(root) || styleOf(root).overflowY === 'visible' && document.body && hides(document.body);
  return !fits && isLocked && all.some(moves);
};
