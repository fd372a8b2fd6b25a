// Bring animations to rest: those with an end to their end, endless ones to their beginning, scrolled ones to the
// middle of the window. Styles go in by a constructed sheet: the page's own tree keeps its paths.
() => {
  if (!globalThis.still) {
    globalThis.still = new CSSStyleSheet();
    globalThis.still.replaceSync(
      '*,*::before,*::after{transition:none!important;caret-color:transparent!important;scroll-behavior:auto!important}');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, globalThis.still];
  }
  for (const animation of document.getAnimations()) {
    try {
      if (animation.timeline && animation.timeline !== document.timeline) {
        animation.pause();
        animation.currentTime = CSS.percent(50);
      } else if (animation.effect?.getComputedTiming().endTime === Infinity) {
        animation.pause();
        animation.currentTime = 0;
      } else {
        animation.finish();
      }
    } catch {} // an animation without effect has nothing to show
  }
  for (const media of document.querySelectorAll('video, audio')) media.pause();
};
