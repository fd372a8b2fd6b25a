// What moves: running animations that have an end, and how far everything is scrolled. The same twice, and nothing moves.
() => {
  const running = document.getAnimations().filter((animation) => {
    return animation.playState === 'running' && animation.effect?.getComputedTiming().endTime !== Infinity;
  });
  let scrolled = scrollX + scrollY;
  for (const el of document.querySelectorAll('*')) scrolled += el.scrollTop + el.scrollLeft;
  return {running: running.length, scrolled};
};
