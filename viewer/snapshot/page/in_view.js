// Finds content that is shown only while it is in view, and keeps it shown. `action`:
// - 'record': remembers how everything in the window looks, once the page was drawn;
// - 'differing': at the top of the page, returns the scroll positions to visit: where something looked different in
//   view, or does not show now and may do so in view;
// - 'visit': like 'record', for the visits; returns whether all looks as it did at the last call;
// - 'compare': at the top again, remembers what looks different from its visit;
// - 'restore': gives it the styles of its visit (`unchanged`: unless it has changed since 'compare'). Returns the
//   number of elements restored and of places that stay blank.
(action, unchanged) => {
  const MOST = 20_000; // elements; a larger page is left as it is
  // Styles that hide an element, those that move it, and those that only change how it looks.
  const HIDING = ['opacity', 'visibility', 'display', 'clipPath', 'filter', 'maskImage', 'contentVisibility'];
  const MOVING = ['transform', 'translate', 'scale', 'rotate'];
  const LOOKS = ['backgroundColor', 'backgroundImage', 'color'];
  const memory = globalThis.inView ??= {seen: new Map(), visited: new Map(), kept: new Map(), last: ''};

  const all = () => {
    const found = [];
    for (const element of elementsOf(document, false)) {
      if (found.push(element) > MOST) return [];
    }
    return found;
  };
  const styles = new Map(); // element → live style
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const parentOf = (element) => element.assignedSlot || element.parentElement || element.getRootNode().host;
  /** Whether `test` holds for `element` or what contains it. */
  const anyAbove = (test) => {
    const known = new Map();
    return (element) => {
      const chain = [];
      let found = false;
      for (; element && !found; element = parentOf(element)) {
        if (known.has(element)) {
          found = known.get(element);
          break;
        }
        chain.push(element);
        found = test(element);
      }
      for (const one of chain) known.set(one, found);
      return found;
    };
  };
  const isFixed = anyAbove((element) => styleOf(element).position === 'fixed');
  const isOutOfFlow = anyAbove((element) => /absolute|fixed/.test(styleOf(element).position));
  const isPainted = ({backgroundColor, backgroundImage}) =>
    backgroundImage !== 'none' || !/^rgba\(.*, 0\)$/.test(backgroundColor);

  const isDrawn = (canvas) => {
    try {
      const small = new OffscreenCanvas(8, 8).getContext('2d');
      small.drawImage(canvas, 0, 0, 8, 8);
      return small.getImageData(0, 0, 8, 8).data.some((value) => value);
    } catch {
      return true; // drawn with files of another origin
    }
  };
  /** Whether the element has something of its own to show. */
  const hasContent = (element) => {
    if (/^(script|style|noscript|template|title)$/.test(element.localName)) return false;
    if (element.localName === 'img') return element.naturalWidth > 0;
    if (element.localName === 'canvas') return isDrawn(element);
    if (/^(svg|video|iframe|input|button|object|embed)$/.test(element.localName)) return true;
    if ([...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) return true;
    return !element.childElementCount && isPainted(styleOf(element));
  };
  const hasBox = (box) => box.width > 1 && box.height > 1;
  const shows = (element) => {
    const box = element.getBoundingClientRect();
    if (!hasBox(box) || !element.checkVisibility({visibilityProperty: true})) return false;
    let opacity = 1;
    for (let up = element; up; up = parentOf(up)) {
      const style = styleOf(up);
      opacity *= style.opacity;
      if (/inset\(.*100%|circle\(0|ellipse\(0/.test(style.clipPath)) return false;
    }
    return opacity > 0.1;
  };
  const lookOf = (element) => {
    const style = styleOf(element), box = element.getBoundingClientRect();
    const pick = (names) => names.map((name) => style[name]);
    return {
      hiding: pick(HIDING),
      moving: pick(MOVING),
      looks: pick(LOOKS),
      off: !hasBox(box) || box.right <= 0 || box.left >= innerWidth,
      content: hasContent(element),
      shows: shows(element),
      box: {left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY},
      share: Math.round(Math.min(innerHeight, box.bottom) - Math.max(0, box.top)), // px in the window
    };
  };
  const isHiddenOtherwise = (one, other) => one.off !== other.off || one.hiding.some((it, n) => it !== other.hiding[n]);
  const differs = (one, other) => isHiddenOtherwise(one, other) || one.content !== other.content ||
    one.looks.some((value, n) => value !== other.looks[n]);

  /** Resolves when observers of the frame that is drawn next were called, which a busy machine draws late. */
  const drawn = () => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
    setTimeout(done, 2_000); // a page that is not drawn at all
  });
  const remember = (map) => {
    let picture = '';
    for (const element of all()) {
      const box = element.getBoundingClientRect();
      if (box.bottom <= 0 || box.top >= innerHeight || isFixed(element)) continue;
      const look = lookOf(element);
      picture += [...look.hiding, ...look.moving, ...look.looks, look.content].join();
      // An element that is in view at two positions is remembered where more of it is in the window.
      if (!(map.get(element)?.share > look.share + 8)) map.set(element, look);
    }
    return picture;
  };
  const isBelowTheFold = (element) => element.getBoundingClientRect().top + scrollY >= innerHeight;

  const actions = {
    record: async () => {
      await drawn();
      remember(memory.seen);
    },
    differing: async () => {
      await drawn();
      const places = [];
      for (const [element, seen] of memory.seen) {
        if (seen.box.top < innerHeight) continue;
        if (!element.isConnected) seen.content && places.push(seen.box.top);
        else if (differs(lookOf(element), seen)) places.push(seen.box.top);
      }
      for (const element of all()) {
        const style = styleOf(element);
        if (style.opacity > 0.5 && style.visibility === 'visible' && !lookOf(element).off) continue;
        if (!isBelowTheFold(element) || isOutOfFlow(element)) continue;
        const {top, height} = element.getBoundingClientRect();
        const filled = element.textContent.trim() || element.querySelector('img, svg, canvas, video') ||
          isPainted(style);
        if (height > 8 && filled) places.push(top + scrollY);
      }
      const tops = [];
      for (const y of places.sort((one, other) => one - other)) {
        if (tops.length && y < tops.at(-1) + innerHeight * 0.7) continue;
        tops.push(Math.max(0, y - innerHeight * 0.2));
      }
      return tops;
    },
    visit: async () => {
      await drawn();
      const before = memory.last;
      memory.last = remember(memory.visited);
      const running = document.getAnimations().some((animation) =>
        animation.playState === 'running' && animation.timeline === document.timeline &&
        animation.effect?.getComputedTiming().endTime !== Infinity);
      return memory.last === before && !running;
    },
    compare: () => {
      for (const [element, view] of memory.visited) {
        if (!element.isConnected) memory.kept.set(element, {view});
        else if (isBelowTheFold(element) || !hasBox(element.getBoundingClientRect())) {
          const rest = lookOf(element);
          if (view.box.top >= innerHeight && (differs(view, rest) || view.shows !== rest.shows)) {
            memory.kept.set(element, {view, rest});
          }
        }
      }
      return memory.kept.size;
    },
    restore: () => {
      let restored = 0;
      for (const [element, {view, rest}] of memory.kept) {
        if (!rest || !element.isConnected || unchanged && differs(lookOf(element), rest)) continue;
        const pairs = [[HIDING, 'hiding'], [LOOKS, 'looks']];
        if (isHiddenOtherwise(view, rest)) pairs.push([MOVING, 'moving']);
        for (const [names, part] of pairs) {
          names.forEach((name, n) => {
            if (view[part][n] === rest[part][n]) return;
            const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
            element.style.setProperty(property, view[part][n], 'important');
          });
        }
        restored++;
      }
      const lost = [...memory.kept]
        .filter(([element, {view, rest}]) =>
          view.content && view.shows && !view.off && !(rest?.shows && rest.content) &&
          !(element.isConnected && hasContent(element) && shows(element)))
        .map(([, {view}]) => view.box);
      if (!lost.length) return {restored, blank: 0};
      const filled = all().filter((element) => hasContent(element) && shows(element)).map((element) => {
        const {left, right, top, bottom} = element.getBoundingClientRect();
        return {left, right, top: top + scrollY, bottom: bottom + scrollY};
      });
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      const blank = lost.slice(0, 500).filter((box) => !filled.some((other) => meet(box, other)))
        .sort((one, other) => one.top - other.top);
      let places = 0, end = Number.NEGATIVE_INFINITY;
      for (const {top, bottom} of blank) {
        if (top > end + 50) places++; // lines that follow each other are one place
        end = Math.max(end, bottom);
      }
      return {restored, blank: places};
    },
  };
  return actions[action]();
};
