// Shows the fields that the chosen kind of goal has. Without this script all are shown, and those of others ignored.
const form = document.querySelector('[data-goal]');

const update = () => {
  const {what} = form.elements;
  for (const part of form.querySelectorAll('[data-for]'))
    part.hidden = !part.dataset.for.split(' ').includes(what.value);
};

form.elements.what.addEventListener('change', update);
update();
