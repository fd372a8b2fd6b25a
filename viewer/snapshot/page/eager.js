// Loads everything that waits to be scrolled to. Returns the number of such elements.
() => {
  let waiting = 0;
  for (const element of elementsOf(document)) {
    if (/^(img|iframe)$/.test(element.localName) && element.loading === 'lazy') {
      element.loading = 'eager';
      waiting++;
    }
    // Content that is laid out only near the window has an estimated height:
    // https://drafts.csswg.org/css-contain-2/#content-visibility
    if (getComputedStyle(element).contentVisibility === 'auto') {
      element.style.setProperty('content-visibility', 'visible', 'important');
      waiting++;
    }
  }
  if (!globalThis.steady) {
    globalThis.steady = new CSSStyleSheet();
    globalThis.steady.replaceSync('*{scroll-behavior:auto!important;scroll-snap-type:none!important}');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, globalThis.steady];
  }
  return waiting;
};
