// ms since the document last changed. Only added and removed nodes count: styles change in every animation.
() => {
  if (globalThis.changed) return performance.now() - globalThis.changed;
  globalThis.changed = performance.now();
  const observer = new MutationObserver(() => (globalThis.changed = performance.now()));
  observer.observe(document, {childList: true, subtree: true});
  return 0;
};
