// State of the page, from which to recognise an empty page and one that scrolls in an inner panel.
() => {
  const root = document.scrollingElement || document.documentElement, body = document.body;
  const box = (element) => element.getBoundingClientRect();
  const seen = (element) => box(element).width > 1 && box(element).height > 1;
  const PICTURES = 'img, svg, canvas, video, picture, iframe, frame, object, embed, input, button';
  const transparent = (colour) => colour === 'rgba(0, 0, 0, 0)';
  const painted = (element) => {
    const style = getComputedStyle(element);
    return seen(element) && (style.backgroundImage !== 'none' || !transparent(style.backgroundColor));
  };
  const inBody = body ? [...elementsOf(body)] : [];
  const hasText = (nodes) => [...nodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  // `innerText` does not enter shadow roots.
  const writes = ({shadowRoot}) => shadowRoot && [shadowRoot, ...shadowRoot.querySelectorAll(':not(style, script)')]
    .some((part) => hasText(part.childNodes) && (part === shadowRoot || seen(part)));
  const shows = (element) => element.matches(PICTURES) && seen(element) || writes(element) || painted(element);
  // A frame's page, or an element of this one, that scrolls most of the window.
  const panelIn = (element) => {
    if (element.clientHeight < innerHeight * 0.5 || element.clientWidth < innerWidth * 0.5) return 0;
    let inner = element;
    if (/^i?frame$/.test(element.localName)) {
      inner = element.contentDocument?.scrollingElement || element.contentDocument?.documentElement || element;
    } else if (!/auto|scroll/.test(getComputedStyle(element).overflowY)) return 0;
    return inner.scrollHeight > element.clientHeight * 1.2 ? inner.scrollHeight : 0;
  };
  const canvas = [document.documentElement, body].filter(Boolean)
    .map((element) => getComputedStyle(element).backgroundColor).find((colour) => !transparent(colour));
  return {
    title: document.title,
    empty: !body || !(body.innerText.trim() || inBody.some(shows)),
    closed: inBody.some((element) => element.localName.includes('-') && !element.shadowRoot),
    canvas: canvas || 'rgb(255, 255, 255)',
    width: document.documentElement.clientWidth, // of the layout viewport, whatever the zoom
    overflow: root.scrollWidth,
    panel: root.scrollHeight <= innerHeight * 1.1 ? Math.max(0, ...inBody.map(panelIn)) : 0,
    viewportTag: !!document.querySelector('meta[name=viewport]'),
  };
};
