// Waits for images and fonts, at most `patience` ms. Returns the number of broken images and whether all came in time.
async (patience) => {
  const late = Symbol('late');
  const bound = new Promise((done) => setTimeout(() => done(late), patience));
  const images = [...document.images].filter((image) => image.currentSrc || image.src);
  const all = Promise.all([
    document.fonts.ready,
    ...images.map((image) => image.complete || new Promise((done) => {
      image.addEventListener('load', done, {once: true});
      image.addEventListener('error', done, {once: true});
    })),
  ]).then(() => Promise.all(images.map((image) => image.decode().catch(() => {}))));
  const inTime = (await Promise.race([all, bound])) !== late;
  const broken = images.filter((image) => image.complete && !image.naturalWidth).length;
  return {inTime, broken, images: images.length};
};
