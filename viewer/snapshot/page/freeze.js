// Stops animations: finite ones at their end, infinite ones at their start, scroll-driven ones in the middle or, if
// that hides their element, where it is shown. Styles are added by a constructed sheet, so that the document, and with
// it every path, stays unchanged.
() => {
  const stopWhereShown = (animation) => {
    const target = animation.effect?.target;
    const opacityAt = (percent) => {
      animation.currentTime = CSS.percent(percent);
      const style = target && getComputedStyle(target, animation.effect.pseudoElement);
      return style && (style.visibility === 'visible' ? +style.opacity : 0);
    };
    animation.pause();
    const opacities = [50, 25, 75, 0, 100].map((percent) => [percent, opacityAt(percent)]);
    const [percent] = opacities.reduce((best, one) => one[1] > best[1] + 0.1 ? one : best);
    animation.currentTime = CSS.percent(percent);
  };
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
        stopWhereShown(animation);
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
