// Filter menus: a field finds a choice, arrow keys walk them, Space chooses as Enter does.
document.querySelectorAll('[data-filter-menu]').forEach((menu) => {
  const choices = [...menu.querySelectorAll('a.cnt')];
  const find = menu.querySelector('[data-find]');
  find?.addEventListener('input', () => {
    const wanted = find.value.trim().toLowerCase();
    choices.forEach((choice) => {
      choice.hidden = !choice.textContent.toLowerCase().includes(wanted);
    });
  });
  menu.addEventListener('keydown', (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) {
      event.preventDefault();
      const shown = choices.filter((choice) => !choice.hidden);
      shown.at((shown.indexOf(document.activeElement) + step) % shown.length)?.focus();
    }
    if (event.key === ' ' && event.target.matches('a.cnt')) {
      event.preventDefault();
      event.target.click();
    }
  });
});
