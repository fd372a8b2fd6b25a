// Scrolls to `top` px; returns the height of the page and of the window, and the position reached.
(top) => {
  window.scrollTo({top, left: 0, behavior: 'instant'});
  const root = document.scrollingElement || document.documentElement;
  return {height: root.scrollHeight, window: window.innerHeight, top: window.scrollY};
};
