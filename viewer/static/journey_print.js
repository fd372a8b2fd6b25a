// Before a map is printed, it is laid out as on paper: on A4 if it fits one sheet, else on A3.
const main = document.querySelector('main');
const MM = 96 / 25.4; // px
const HEIGHTS = {a4: 190 * MM, a3: 277 * MM}; // of what is printed, between the margins
const OFF = '.bars, .board ~ .wrap section, .persona, .note';

const fits = (paper) => {
  main.classList.toggle('a3', paper === 'a3');
  return main.getBoundingClientRect().height <= HEIGHTS[paper];
};

addEventListener('beforeprint', () => {
  const off = [...main.querySelectorAll(OFF)].filter((one) => !one.hidden);
  off.forEach((one) => {
    one.hidden = true;
  });
  main.classList.add('onsheet');
  if (!fits('a4')) fits('a3');
  off.forEach((one) => {
    one.hidden = false;
  });
});

addEventListener('afterprint', () => main.classList.remove('onsheet', 'a3'));
