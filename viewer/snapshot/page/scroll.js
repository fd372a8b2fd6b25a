// Go to `top` px; gives how tall the page is now and the height of the window.
(top) => {
  window.scrollTo({top, left: 0, behavior: 'instant'});
  const root = document.scrollingElement || document.documentElement;
  return {height: root.scrollHeight, window: window.innerHeight, top: window.scrollY};
};
