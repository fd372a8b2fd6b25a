// Hides cookie banners: those of known consent platforms (`platforms`: name → selectors), then every overlay that
// mentions cookies and has a button to agree. Open shadow roots and same-origin frames are searched too. Returns the
// names of the platforms hidden, '' for any other overlay.
(platforms) => {
  const hidden = [];
  const hide = (element) => element.style.setProperty('display', 'none', 'important');
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const hasContent = box.width * box.height > 0 || element.shadowRoot || element.childElementCount > 0;
    return style.display !== 'none' && style.visibility !== 'hidden' && hasContent;
  };
  for (const [name, selectors] of Object.entries(platforms)) {
    const found = [...elementsOf(document)].filter((element) => element.matches(selectors) && shown(element));
    found.forEach(hide);
    if (found.length) hidden.push(name);
  }
  const topic = /cookie|consent|gdpr|rgpd|dsgvo|traceurs|données personnelles/i;
  const agree = new RegExp('\\b(accept|agree|allow|got it|ok(ay)?|consent|understand|refuse|reject|decline|' +
    'accepter|refuser|continuer sans|autoriser|compris|akzeptieren|zustimmen|ablehnen|einverstanden|' +
    'aceptar|rechazar|accetta|rifiuta|aceitar|accepteren|zgadzam)', 'i');
  const BUTTON = 'button, a, [role=button], input[type=button], input[type=submit]';
  const SITE = 'nav, h1, main, [role=navigation]';
  const BAR = 'header, nav, [role=navigation]';
  // What is larger than this is no banner.
  const MOST_LETTERS = 4000, MOST_ELEMENTS = 2000;

  // https://drafts.csswg.org/css-scoping/#flattening
  const childrenOf = (element) => {
    if (element.localName === 'slot') {
      const assigned = element.assignedNodes();
      if (assigned.length) return assigned;
    }
    const inside = /^i?frame$/.test(element.localName) && element.contentDocument?.body;
    return inside ? [inside] : (element.shadowRoot || element).childNodes;
  };
  const parentOf = (element) => element.assignedSlot || element.parentElement || element.getRootNode().host;
  const isWithin = (element, selector) => {
    for (; element; element = parentOf(element)) if (element.matches(selector)) return true;
    return false;
  };
  const isTooLarge = ({elements, text}) => text.length > MOST_LETTERS || elements.length > MOST_ELEMENTS;
  /** What `outer` displays: its elements, their text, and the area of the largest. */
  const contentOf = (outer) => {
    const content = {elements: [], text: '', area: 0};
    const waiting = [outer];
    for (let node; !isTooLarge(content) && (node = waiting.pop());) {
      if (node.nodeType === Node.TEXT_NODE) content.text += `${node.data.trim()} `;
      if (node.nodeType !== Node.ELEMENT_NODE || /^(script|style|noscript|template)$/.test(node.localName)) continue;
      const {display, visibility} = getComputedStyle(node);
      if (display === 'none') continue;
      const box = node.getBoundingClientRect();
      content.area = Math.max(content.area, box.width * box.height);
      content.elements.push(node);
      for (const child of [...childrenOf(node)].reverse()) {
        if (visibility === 'visible' || child.nodeType === Node.ELEMENT_NODE) waiting.push(child);
      }
    }
    return content;
  };
  const isOverlay = (element) => {
    const style = getComputedStyle(element);
    return /fixed|sticky/.test(style.position) || element.matches('dialog[open], [aria-modal=true]');
  };
  const label = (button) =>
    contentOf(button).text.trim() || button.value || button.getAttribute('aria-label') || button.title || '';
  const tiny = innerWidth * innerHeight * 0.02;
  for (const element of [...elementsOf(document)]) {
    if (!element.isConnected || element.matches('html, body') || !isOverlay(element) || !shown(element)) continue;
    // A bar of the site itself (menu, header) may contain a link to the cookie page.
    if (isWithin(element, BAR)) continue;
    const content = contentOf(element);
    if (isTooLarge(content) || content.area < tiny || !topic.test(content.text)) continue;
    const {elements} = content;
    if (elements.some((inner) => inner !== element && inner.matches(SITE))) continue;
    if (!elements.some((inner) => inner.matches(BUTTON) && agree.test(label(inner)))) continue;
    hide(element);
    hidden.push('');
  }
  if (hidden.length) {
    // Banners leave a dark sheet over the page and a page that does not scroll.
    for (const element of [...elementsOf(document, false)]) {
      if (element.matches('html, body') || getComputedStyle(element).position !== 'fixed' || !shown(element)) continue;
      const {elements, text} = contentOf(element);
      if (text.trim() || elements.some((inner) => inner.matches('img, video, canvas, svg, iframe'))) continue;
      const box = element.getBoundingClientRect();
      const {zIndex, backgroundColor} = getComputedStyle(element);
      const covers = box.width >= innerWidth * 0.95 && box.height >= innerHeight * 0.95;
      if (covers && +zIndex > 0 && /rgba|\//.test(backgroundColor)) hide(element);
    }
    for (const element of [document.documentElement, document.body]) {
      const style = getComputedStyle(element);
      if (/hidden|clip/.test(style.overflowY)) element.style.setProperty('overflow', 'visible', 'important');
      if (style.position === 'fixed') element.style.setProperty('position', 'static', 'important');
    }
  }
  return hidden;
};
