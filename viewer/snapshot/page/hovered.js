// The elements under the pointer, outermost first, in open shadow roots too.
() => {
  const hovered = [];
  for (let root = document, chain; root && (chain = [...root.querySelectorAll(':hover')]).length; root = chain.at(-1).shadowRoot) {
    hovered.push(...chain);
  }
  return hovered;
};
