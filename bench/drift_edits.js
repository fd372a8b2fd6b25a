// Edits of a page as owners, tools and visitors make them. Runs in the page and uses no code of the product.
// Ground truth: `number` gives every element of the page before the edit a number that no attribute shows.
(() => {
  const numbers = new WeakMap();
  let chance; // 0 … 1, the same sequence for the same seed

  const seeded = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const all = (selector = '*', root = document.body) => [...root.querySelectorAll(selector)];
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const some = (list, share) => list.filter(() => chance() < share);
  const shuffle = (list) => {
    for (let i = list.length - 1; i > 0; i--) {
      const j = Math.floor(chance() * (i + 1));
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  };
  const NOT_CONTENT = /^(script|style|link|template|noscript|meta)$/;
  const content = (el) => [...el.children].filter((child) => !NOT_CONTENT.test(child.localName));
  const CLICKABLE = 'a,button,input:not([type=hidden]),select,textarea,label,summary,[role=button]';
  const SYLLABLES = 'ba be do fi ga hu ka le mi no pa ru sa te vo wi xa zu lor tan mer'.split(' ');
  const word = () => Array.from({length: 2 + Math.floor(chance() * 3)}, () => pick(SYLLABLES)).join('');
  const reworded = (text) => text.replace(/\p{L}[\p{L}'’]*/gu, () => word());
  const texts = (root = document.body) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (node.data.trim() && !NOT_CONTENT.test(node.parentElement.localName)) found.push(node);
    return found;
  };
  const rewordAll = (root) => {
    for (const node of texts(root)) node.data = reworded(node.data);
    for (const el of [root, ...all('*', root)])
      for (const name of ['aria-label', 'alt', 'title', 'placeholder'])
        if (el.getAttribute(name)) el.setAttribute(name, reworded(el.getAttribute(name)));
  };
  const renamed = (el, tag) => {
    const made = document.createElement(tag);
    for (const {name, value} of el.attributes)
      if (!(name === 'href' && tag !== 'a') && !(name === 'type' && tag === 'a')) made.setAttribute(name, value);
    if (tag === 'a') made.setAttribute('href', '#');
    if (tag === 'button' && !made.hasAttribute('type')) made.setAttribute('type', 'button');
    made.append(...el.childNodes);
    if (numbers.has(el)) numbers.set(made, numbers.get(el));
    el.replaceWith(made);
    return made;
  };
  const unwrap = (el) => el.replaceWith(...el.childNodes);
  const fromHtml = (html) => {
    const holder = document.createElement('div');
    holder.innerHTML = html;
    return holder.firstElementChild;
  };
  /** The top-level blocks of the page: descends from the body while a single child holds nearly everything. */
  const sections = () => {
    let at = document.body;
    for (let whole = all().length; ; ) {
      const main = content(at).find((child) => all('*', child).length > 0.7 * whole);
      if (!main || content(main).length === 0) break;
      at = main;
      if (content(at).length > 2 && !content(at).some((child) => all('*', child).length > 0.7 * whole)) break;
    }
    return content(at).filter((child) => all('*', child).length >= 2);
  };
  const alike = (el) => `${el.localName}.${[...el.classList].slice(0, 2).sort().join('.')}`;
  /** Lists: parents that repeat three or more children of one kind. */
  const lists = () =>
    [document.body, ...all()].flatMap((parent) => {
      const kinds = Map.groupBy(content(parent), alike);
      const items = [...kinds.values()].find((group) => group.length >= 3);
      return items && !parent.closest('svg,select') ? [{parent, items}] : [];
    });
  const grids = () =>
    lists().filter(({items}) => items.every((item) => content(item).length > 0 && item.localName === 'div'));

  const banner = () =>
    document.body.prepend(
      fromHtml(`<div class="promo-bar"><p>${reworded('Only this week: free delivery on all orders')}</p>
        <a class="promo-link" href="#offer">${reworded('See offer')}</a><button type="button"
          aria-label="Close">×</button></div>`),
    );
  const insertion = () => {
    const at = sections();
    at[Math.floor(at.length / 2)].before(
      fromHtml(`<section class="added"><div class="container"><h2>${reworded('What people say about us')}</h2>
        <div class="row"><div class="col"><p>${reworded('A very good thing to have in the house')}</p><a
          href="#more">${reworded('Read more')}</a></div>
        <div class="col"><p>${reworded('We would buy it again any time')}</p><a
          href="#more">${reworded('Read more')}</a></div></div></div></section>`),
    );
  };
  const wrappers = () => {
    for (const el of some(all('div,section,ul,p,a,h2,h3,h4,form,img,button,article'), 0.15)) {
      if (/^(ul|ol|tr|table|tbody|thead|select|svg|dl)$/.test(el.parentElement.localName)) continue;
      const wrap = document.createElement(el.localName === 'a' ? 'span' : 'div');
      if (chance() < 0.5) wrap.className = `wrap-${word()}`;
      el.replaceWith(wrap);
      wrap.append(el);
    }
  };
  const swapped = () => {
    const at = sections();
    for (let n = 0; n < Math.max(1, at.length / 3); n++) {
      const one = pick(at);
      const other = pick(at);
      const mark = document.createComment('');
      one.replaceWith(mark);
      if (one !== other) other.replaceWith(one);
      mark.replaceWith(other);
    }
  };
  const grown = () => {
    for (const {parent, items} of lists()) {
      if (!parent.isConnected || !items[0].isConnected) continue;
      const copy = pick(items).cloneNode(true);
      for (const el of [copy, ...all('*', copy)]) el.removeAttribute('id');
      rewordAll(copy);
      for (const link of [copy, ...all('[href]', copy)])
        if (link.getAttribute('href')?.length > 1) link.setAttribute('href', `/${word()}.html`);
      items[0].before(copy);
    }
  };
  const newIds = () => {
    for (const el of all('[id]')) el.id = `${word()}-${word()}`;
    for (const el of all('[data-testid]')) el.removeAttribute('data-testid');
  };
  const hashed = () => {
    const names = new Map();
    const hash = (name) => {
      if (!names.has(name)) names.set(name, `x${Math.floor(chance() * 1e9)}`);
      return names.get(name);
    };
    // The renamed classes no longer match the stylesheet, so the appearance changes too.
    for (const el of all('[class]')) el.setAttribute('class', [...el.classList].map(hash).join(' '));
    for (const node of some(texts(), 0.1)) node.data = reworded(node.data);
  };
  const translated = () => rewordAll(document.body);
  const buttons = () => {
    for (const el of some(all('a,button'), 0.5)) renamed(el, el.localName === 'a' ? 'button' : 'a');
  };
  const stripped = () => {
    const share = 0.25 + chance() * 0.25;
    for (const el of all())
      for (const name of ['id', 'name', 'role', 'href', 'aria-label', 'title', 'alt', 'placeholder', 'type'])
        if (el.hasAttribute(name) && !el.ownerSVGElement && chance() < share) el.removeAttribute(name);
    for (const el of all('[class]')) for (const name of some([...el.classList], share)) el.classList.remove(name);
  };
  const moved = () => {
    const these = all(CLICKABLE);
    for (const el of some(these, 0.15)) {
      const to = pick(these);
      if (to !== el && !el.contains(to) && !to.closest('a,button,label')?.parentElement?.closest('a,button'))
        to.parentElement.insertBefore(el, to);
    }
  };
  const removed = () => {
    const at = sections();
    if (at.length > 2) pick(at).remove();
    const small = all().filter((one) => all('*', one).length <= 3);
    for (const el of some(small, 0.1)) el.remove();
  };
  const relaid = () => {
    for (const {parent, items} of grids()) {
      if (!parent.isConnected || items.some((item) => item.parentElement !== parent)) continue;
      const grid = fromHtml('<div class="grid-wide"></div>');
      items[0].before(grid);
      for (let i = 0; i < items.length; i += 2) {
        const line = fromHtml('<div class="grid-line"></div>');
        for (const item of items.slice(i, i + 2)) {
          const cell = fromHtml('<div class="grid-cell"></div>');
          cell.append(...item.childNodes);
          item.remove();
          line.append(cell);
        }
        grid.append(line);
      }
    }
  };
  const reordered = () => {
    const at = sections();
    const parent = at[0]?.parentElement;
    if (parent) for (const section of shuffle(at)) parent.append(section);
    for (const {parent: list, items} of some(lists(), 0.5))
      for (const item of shuffle(items)) if (item.parentElement === list) list.append(item);
    for (const link of some(all('a,button'), 0.5)) for (const node of texts(link)) node.data = reworded(node.data);
  };
  const rebuilt = () => {
    for (const section of some(sections(), 0.5)) {
      for (const el of all('div', section)) if (el.isConnected && chance() < 0.4) unwrap(el);
      for (const el of all('h1,h2,h3,h4,h5,h6', section)) renamed(el, pick(['h2', 'h3', 'h4']));
      for (const el of some(all('p', section), 0.5)) renamed(el, 'div');
      for (const el of all('[class]', section))
        if (chance() < 0.7) el.setAttribute('class', `n-${pick(SYLLABLES)}${pick(SYLLABLES)}`);
      for (const el of some(all('div,p,ul', section), 0.2)) {
        const wrap = document.createElement('div');
        wrap.className = 'block';
        if (/^(ul|ol|tr|table|tbody)$/.test(el.parentElement.localName)) continue;
        el.replaceWith(wrap);
        wrap.append(el);
      }
    }
  };
  /** Content that differs per visitor: greeting, names, prices, counts. */
  const personal = () => {
    const leaves = texts().filter((node) => node.parentElement.children.length === 0 && node.data.trim().length < 60);
    for (const node of some(leaves, 0.15))
      node.data = chance() < 0.5 ? `${word()} ${word()}` : `${node.data.trim()} ${word()}`;
    const head = document.querySelector('h1,h2,nav a,a');
    if (head) head.append(` ${reworded('Hello Anna')}`);
  };
  /** A component rendered twice: a hidden copy of the menu, and a copy of a block further down. */
  const twice = () => {
    const nav = document.querySelector('nav,header,aside,ul') || sections()[0];
    const menu = nav.cloneNode(true);
    for (const el of [menu, ...all('*', menu)]) el.removeAttribute('id');
    menu.style.display = 'none';
    menu.classList.add('mobile');
    document.body.prepend(menu);
    const found = lists().filter(({items}) => all('a,button', items[0]).length > 0);
    const list = found.length ? pick(found).parent : sections()[0];
    const again = list.cloneNode(true);
    for (const el of [again, ...all('*', again)]) el.removeAttribute('id');
    document.body.append(again);
  };
  const OFFERS = 12;
  /** A product card: nothing in its picture, star and button tells it from the others. */
  const card = (n) =>
    fromHtml(`<div class="card">
      <a href="#p${n}"><img src="${n}.jpg" alt="Product" width="80" height="60"></a><div>★</div>
      <button>Add to basket</button><div>${word()} ${word()}</div></div>`);
  const cardLists = () => all('.offers');
  /** A list of product cards in the middle of the page. */
  const cards = () => {
    const list = fromHtml('<div class="offers"></div>');
    for (let n = 1; n <= OFFERS; n++) list.append(card(n));
    const at = sections();
    if (at.length) at[Math.floor(at.length / 2)].before(list);
    else document.body.append(list);
  };
  const cardsSorted = () => {
    for (const list of cardLists()) list.append(...shuffle(content(list)));
  };
  const cardsGrown = () => {
    for (const list of cardLists()) list.prepend(card(OFFERS + 1));
  };
  /** Advertisements between the cards, which some visitors' blockers remove. */
  const cardsAds = () => {
    for (const list of cardLists()) content(list)[0].after(fromHtml('<div><a href="/ad"><img src="ad.png"></a></div>'));
  };
  const sorted = () => {
    for (const {parent, items} of lists())
      for (const item of shuffle(items)) if (item.parentElement === parent) parent.append(item);
  };
  const none = () => {};

  const EDITS = {
    none, banner, insertion, wrappers, swapped, grown, newIds, hashed, translated, buttons, stripped, moved,
    removed, relaid, reordered, rebuilt, personal, twice, cards, cardsSorted, cardsGrown, cardsAds, sorted,
  };

  window.bench = {
    edits: Object.keys(EDITS),
    number: () => all().forEach((el, n) => numbers.set(el, n)),
    edit: (names, seed) => {
      chance = seeded(seed);
      for (const name of names) EDITS[name]();
    },
    /** The product's capture, plus the ground-truth number of every element whose box it read. */
    capture: (siteKey) => {
      const seen = new Set();
      const real = Element.prototype.getBoundingClientRect;
      Element.prototype.getBoundingClientRect = function () {
        seen.add(this);
        return real.call(this);
      };
      let layout;
      try {
        layout = window.__parcoursCapture(siteKey);
      } finally {
        Element.prototype.getBoundingClientRect = real;
      }
      const elements = [...seen];
      return {
        ...layout,
        numbers: elements.map((el) => numbers.get(el) ?? -1),
        cards: elements.map((el) => !!el.closest('.offers')),
        seenTags: elements.map((el) => el.localName),
        words: elements.map((el) => el.textContent.replace(/\s+/g, ' ').trim().slice(0, 400)),
      };
    },
  };
})();
