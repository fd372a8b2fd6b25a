// Keys of a walk: arrows go from touchpoint to touchpoint, J and K from way to way. The strip shows the current one.
const strip = document.querySelector('.strip');
const current = strip?.querySelector('[aria-current="step"]');
if (current) {
  const shown = current.getBoundingClientRect();
  const frame = strip.getBoundingClientRect();
  strip.scrollLeft += shown.left + shown.width / 2 - frame.left - frame.width / 2;
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest('input, select, textarea, details[open], [contenteditable]')) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const link = [...document.querySelectorAll('a[data-key]')].find((one) => one.dataset.key === key);
  if (!link) return;
  event.preventDefault();
  link.click();
});
