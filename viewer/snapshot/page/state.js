// State of the page, from which to recognise an empty page and one that scrolls in an inner panel.
() => {
  const root = document.scrollingElement || document.documentElement;
  const box = (element) => element.getBoundingClientRect();
  const seen = (element) => box(element).width > 1 && box(element).height > 1;
  const pictures = 'img, svg, canvas, video, picture, iframe, object, embed, input, button';
  let panel = 0;
  for (const element of document.querySelectorAll('body *')) {
    if (element.scrollHeight <= element.clientHeight * 1.2 || element.clientHeight < innerHeight * 0.5) continue;
    if (element.clientWidth < innerWidth * 0.5) continue;
    if (/auto|scroll/.test(getComputedStyle(element).overflowY)) panel = Math.max(panel, element.scrollHeight);
  }
  const painted = (element) => {
    const style = getComputedStyle(element);
    return seen(element) && (style.backgroundImage !== 'none' || style.backgroundColor !== 'rgba(0, 0, 0, 0)');
  };
  const body = document.body;
  return {
    type: document.contentType,
    title: document.title,
    empty: !body || !(body.innerText.trim() || [...body.querySelectorAll(pictures)].some(seen) ||
      [...body.querySelectorAll('*')].some((e) => e.shadowRoot || painted(e))),
    width: document.documentElement.clientWidth, // of the layout viewport, whatever the zoom
    overflow: root.scrollWidth,
    panel: root.scrollHeight <= innerHeight * 1.1 ? panel : 0,
    viewportTag: !!document.querySelector('meta[name=viewport]'),
  };
};
