// Hides cookie banners: those of known consent platforms (`platforms`: name → selectors), then every overlay that
// mentions cookies and has a button to agree. Returns the names of the platforms hidden, '' for any other overlay.
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
    const found = [...document.querySelectorAll(selectors)].filter(shown);
    found.forEach(hide);
    if (found.length) hidden.push(name);
  }
  const topic = /cookie|consent|gdpr|rgpd|dsgvo|traceurs|données personnelles/i;
  const agree = new RegExp('\\b(accept|agree|allow|got it|ok(ay)?|consent|understand|refuse|reject|decline|' +
    'accepter|refuser|continuer sans|autoriser|compris|akzeptieren|zustimmen|ablehnen|einverstanden|' +
    'aceptar|rechazar|accetta|rifiuta|aceitar|accepteren|zgadzam)', 'i');
  const overlay = (element) => {
    const style = getComputedStyle(element);
    return /fixed|sticky/.test(style.position) || element.matches('dialog[open], [aria-modal=true]');
  };
  const tiny = innerWidth * innerHeight * 0.02;
  for (const element of document.querySelectorAll('body *')) {
    if (!element.isConnected || !overlay(element) || !shown(element)) continue;
    const box = element.getBoundingClientRect();
    // A bar of the site itself (menu, header) may contain a link to the cookie page.
    if (element.closest('header, nav, [role=navigation]')) continue;
    if (element.querySelector('nav, h1, main, [role=navigation]')) continue;
    const text = element.innerText || '';
    if (!topic.test(text) || text.length > 4000) continue;
    const buttons = [...element.querySelectorAll('button, a, [role=button], input[type=button], input[type=submit]')];
    const label = (button) => button.innerText || button.value || button.getAttribute('aria-label') || '';
    if (!buttons.some((button) => agree.test(label(button)))) continue;
    const children = [...element.querySelectorAll('*')].map((child) => child.getBoundingClientRect());
    const area = Math.max(box.width * box.height, ...children.map((child) => child.width * child.height));
    if (area < tiny) continue;
    hide(element);
    hidden.push('');
  }
  if (hidden.length) {
    // Banners leave a dark sheet over the page and a page that does not scroll.
    for (const element of document.querySelectorAll('body *')) {
      if (getComputedStyle(element).position !== 'fixed' || element.innerText.trim()) continue;
      if (element.querySelector('img, video, canvas, svg, iframe') || !shown(element)) continue;
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
