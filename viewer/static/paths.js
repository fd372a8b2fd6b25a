// Paths of visits: a band that is pointed at or focused says what it is; a name shows its bands in ink.
const picture = document.querySelector('[data-paths]');
const tag = picture.querySelector('[data-tag]');
const bands = [...picture.querySelectorAll('[data-ends]')];

const show = (words, box) => {
  const around = picture.getBoundingClientRect();
  tag.textContent = words;
  tag.hidden = false;
  const half = tag.offsetWidth / 2;
  const middle = box.left + box.width / 2 - around.left;
  tag.style.left = `${Math.min(Math.max(middle, half), around.width - half)}px`;
  tag.style.top = `${Math.max(box.top - around.top + box.height / 2 - 8, tag.offsetHeight)}px`;
};
const hide = () => {
  tag.hidden = true;
  bands.forEach((band) => band.classList.remove('hot'));
};

bands.forEach((band) => {
  const tell = () => show(band.dataset.label, band.getBoundingClientRect());
  band.addEventListener('pointerenter', tell);
  band.addEventListener('focus', tell);
  band.addEventListener('pointerleave', hide);
  band.addEventListener('blur', hide);
});

picture.querySelectorAll('[data-end]').forEach((name) => {
  const tell = () =>
    bands.forEach((band) =>
      band.classList.toggle('hot', band.dataset.ends.split(' ').includes(name.dataset.end)),
    );
  name.addEventListener('pointerenter', tell);
  name.addEventListener('focus', tell);
  name.addEventListener('pointerleave', hide);
  name.addEventListener('blur', hide);
});
