// Loads everything that waits to be scrolled to. Returns the number of such elements.
() => {
  const documents = [document];
  let waiting = 0;
  for (const doc of documents) {
    for (const element of doc.querySelectorAll('img[loading=lazy], iframe[loading=lazy]')) {
      element.loading = 'eager';
      waiting++;
    }
    for (const frame of doc.querySelectorAll('iframe')) {
      try {
        if (frame.contentDocument) documents.push(frame.contentDocument);
      } catch {} // cross-origin: read from its own page
    }
    // Content that is laid out only near the window has an estimated height:
    // https://drafts.csswg.org/css-contain-2/#content-visibility
    for (const element of doc.querySelectorAll('body *')) {
      if (getComputedStyle(element).contentVisibility === 'auto') {
        element.style.setProperty('content-visibility', 'visible', 'important');
        waiting++;
      }
    }
  }
  if (!globalThis.steady) {
    globalThis.steady = new CSSStyleSheet();
    globalThis.steady.replaceSync('*{scroll-behavior:auto!important;scroll-snap-type:none!important}');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, globalThis.steady];
  }
  return waiting;
};
