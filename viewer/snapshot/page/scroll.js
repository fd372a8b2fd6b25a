// Scrolls the page to `top` px; returns its height, the height of the window, and the position reached. Where the
// window does not scroll because the body does, it scrolls the body.
(top) => {
  const root = document.scrollingElement || document.documentElement, body = document.body;
  window.scrollTo({top, left: 0, behavior: 'instant'});
  const page = {height: root.scrollHeight, window: window.innerHeight, top: window.scrollY};
  // https://drafts.csswg.org/css-overflow-3/#overflow-propagation
  if (!body || body === root || !/auto|scroll/.test(getComputedStyle(body).overflowY)) return page;
  body.scrollTo({top: top || 1, behavior: 'instant'});
  if (!body.scrollTop) return page; // its overflow is that of the window
  if (!top) body.scrollTo({top, behavior: 'instant'});
  return {...page, height: Math.max(page.height, body.scrollHeight), top: Math.max(page.top, body.scrollTop)};
};
