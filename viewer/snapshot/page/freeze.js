// Stops animations: finite ones at their end, infinite ones at their start, scroll-driven ones in the middle. Styles
// are added by a constructed sheet, so that the document, and with it every path, stays unchanged.
() => {
  if (!globalThis.still) {
    globalThis.still = new CSSStyleSheet();
    globalThis.still.replaceSync(
      '*,*::before,*::after{transition:none!important;caret-color:transparent!important;' +
      'scroll-behavior:auto!important}');
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
    } catch {} // an animation without an effect shows nothing
  }
  for (const media of document.querySelectorAll('video, audio')) media.pause();
};
