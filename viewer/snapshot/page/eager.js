// Ask for everything that waits to be scrolled to. Gives the number of elements that were waiting.
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
      } catch {} // of another origin: its own affair
    }
    // Content that is laid out only near the window would have a guessed height in the layout.
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
