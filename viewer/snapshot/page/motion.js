// Number of running finite animations and the sum of all scroll positions. Two equal results: nothing moves.
() => {
  const running = document.getAnimations().filter((animation) => {
    return animation.playState === 'running' && animation.effect?.getComputedTiming().endTime !== Infinity;
  });
  let scrolled = scrollX + scrollY;
  for (const el of document.querySelectorAll('*')) scrolled += el.scrollTop + el.scrollLeft;
  return {running: running.length, scrolled};
};
