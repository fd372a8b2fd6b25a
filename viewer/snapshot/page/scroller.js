// Scrolls the element that matches `selector` ('': the page) to `to` px, null: to its end; sideways if it scrolls only
// sideways. Returns the scrollable distance, px.
(selector, to) => {
  const roots = [document];
  let target = selector ? null : document.scrollingElement || document.documentElement;
  const shows = (el) => el.checkVisibility({visibilityProperty: true});
  try {
    for (let root; !target && (root = roots.shift());) {
      target = [...root.querySelectorAll(selector)].find(shows);
      for (const el of root.querySelectorAll('*')) {
        if (el.shadowRoot) roots.push(el.shadowRoot);
        try {
          if (el.localName === 'iframe' && el.contentDocument) roots.push(el.contentDocument);
        } catch {} // cross-origin
      }
    }
  } catch {
    return {bad: true};
  }
  if (!target) return {};
  const down = target.scrollHeight - target.clientHeight, across = target.scrollWidth - target.clientWidth;
  if (down > 1) target.scrollTo({top: to ?? target.scrollHeight, behavior: 'instant'});
  else if (across > 1) target.scrollTo({left: to ?? target.scrollWidth, behavior: 'instant'});
  return {found: true, room: Math.max(down, across)};
};
