// The elements under the pointer, outermost first, in open shadow roots too.
() => {
  const hovered = [];
  for (let root = document; root; ) {
    const chain = [...root.querySelectorAll(':hover')];
    hovered.push(...chain);
    root = chain.at(-1)?.shadowRoot;
  }
  return hovered;
};
