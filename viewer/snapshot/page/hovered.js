// The elements under the pointer, from the page down, through open shadow roots.
() => {
  const hovered = [];
  for (let root = document, chain; root && (chain = [...root.querySelectorAll(':hover')]).length; root = chain.at(-1).shadowRoot) {
    hovered.push(...chain);
  }
  return hovered;
};
