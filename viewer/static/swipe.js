// Two pictures over each other: the edge between them follows the slider, which has the keys of every range input.
const box = document.querySelector('.wipebox');
document
  .querySelector('[data-edge]')
  ?.addEventListener('input', (event) => box.style.setProperty('--x', `${event.target.value}%`));
