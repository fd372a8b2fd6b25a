// The elements of a document (or shadow root) and of all open shadow roots in it; with `frames`, also those of its
// same-origin frames. One root after the other, each in document order.
function* (start, frames = true) {
  const roots = [start];
  for (let root; (root = roots.shift());) {
    for (const element of root.querySelectorAll('*')) {
      yield element;
      if (element.shadowRoot) roots.push(element.shadowRoot);
      try {
        if (frames && /^i?frame$/.test(element.localName) && element.contentDocument) {
          roots.push(element.contentDocument);
        }
      } catch {} // cross-origin: its own page is read elsewhere
    }
  }
};
