// Films the page in its own tab while it scrolls from top to bottom, one image per window.
// https://w3c.github.io/mediacapture-screen-share/ · https://wicg.github.io/prefer-current-tab/

const TALLEST = 60_000; // px, as of the camera
const STEP = 0.8; // of the window, on the way down that loads lazy content
const PAUSE_MS = 120;
const FRAME_MS = 600; // after which a page that does not change is taken as it is
const QUALITY = 0.9;

const root = () => document.scrollingElement || document.documentElement;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
const goTo = (top) => scrollTo({top, left: 0, behavior: 'instant'});

/** The size of the page in CSS px, without a scroll bar. */
export const fullPage = () => ({
  width: document.documentElement.clientWidth || innerWidth,
  height: Math.min(TALLEST, root().scrollHeight),
});

const readThrough = async () => {
  for (let top = 0; top < fullPage().height; top += innerHeight * STEP) {
    goTo(top);
    await sleep(PAUSE_MS);
  }
  goTo(0);
  await sleep(3 * PAUSE_MS);
};

/** Two more frames of the video, so that what was just painted is in it; or after a while none came. */
const frames = (video) =>
  Promise.race([
    new Promise((resolve) => video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(resolve))),
    sleep(FRAME_MS),
  ]);

/** Fixed elements are in the first image only, sticky ones where the page has them. Returns a function to undo it. */
const unpin = () => {
  const changed = [];
  const set = (el, name, value) => {
    changed.push([el, name, el.style.getPropertyValue(name), el.style.getPropertyPriority(name)]);
    el.style.setProperty(name, value, 'important');
  };
  for (const el of document.querySelectorAll('body *')) {
    const {position} = getComputedStyle(el);
    if (position === 'fixed') set(el, 'visibility', 'hidden');
    if (position === 'sticky') {
      set(el, 'position', 'relative');
      set(el, 'inset', 'auto');
    }
  }
  return () => {
    for (const [el, name, value, priority] of changed.reverse()) el.style.setProperty(name, value, priority);
  };
};

const share = async () => {
  let stream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: {displaySurface: 'browser', frameRate: 30},
      audio: false,
      preferCurrentTab: true,
      selfBrowserSurface: 'include',
      surfaceSwitching: 'exclude',
    });
  } catch {
    throw new Error('denied');
  }
  return stream;
};

/** `[[top, image]…]` of the page. `readLayout` is called with the page at its top, before the images. */
export const film = async (view, readLayout) => {
  const stream = await share();
  const [track] = stream.getVideoTracks();
  const video = document.createElement('video');
  let restore = () => {};
  try {
    view.hide();
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    await readThrough();
    await frames(video);
    const scale = video.videoWidth / innerWidth;
    const isTab = (track.getSettings().displaySurface || 'browser') === 'browser';
    if (!isTab || Math.abs(video.videoHeight - innerHeight * scale) > 4 * scale) throw new Error('surface');
    readLayout();
    const {width, height} = fullPage();
    const canvas = document.createElement('canvas');
    const pieces = [];
    for (let top = 0; top < height; top += innerHeight) {
      goTo(top);
      if (top === innerHeight) restore = unpin();
      await painted();
      await frames(video);
      const tall = Math.min(innerHeight, height - top);
      canvas.width = width;
      canvas.height = tall;
      const from = top - Math.round(scrollY);
      canvas
        .getContext('2d')
        .drawImage(video, 0, from * scale, width * scale, tall * scale, 0, 0, width, tall);
      pieces.push([top, await new Promise((resolve) => canvas.toBlob(resolve, 'image/webp', QUALITY))]);
    }
    return pieces;
  } finally {
    track.stop();
    restore();
    goTo(0);
    view.offer();
  }
};
