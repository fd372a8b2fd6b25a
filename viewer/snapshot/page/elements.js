// The elements of a document (or shadow root), then those of each open shadow root in it and, with `frames`, of each
// same-origin frame, in the same way. Each root is in document order.
function* elementsOf(start, frames = true) {
  const roots = [];
  for (const element of start.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) roots.push(element.shadowRoot);
    try {
      if (frames && /^i?frame$/.test(element.localName) && element.contentDocument) roots.push(element.contentDocument);
    } catch {} // cross-origin: its own page is read elsewhere
  }
  for (const root of roots) yield* elementsOf(root, frames);
};
