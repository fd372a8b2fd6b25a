// Figures of journeys that were not ready in time: one request after the other.
const rows = [...document.querySelectorAll('tr[data-figures]')];

const write = (row, found) => {
  row.querySelector('[data-visitors]').textContent = found.visitors;
  const cell = row.querySelector('[data-worst]');
  if (!found.worst) {
    cell.firstElementChild.textContent = cell.firstElementChild.dataset.none;
    return;
  }
  const bold = document.createElement('b');
  bold.textContent = found.worst.bold;
  if (found.worst.bad) bold.className = 'bad';
  const small = document.createElement('span');
  small.className = 'mut sm';
  small.textContent = found.worst.small;
  cell.replaceChildren(bold, ` ${found.worst.rest}`, document.createElement('br'), small);
};

const failed = (row) => {
  row.querySelector('[data-visitors]').textContent = '';
  const words = row.querySelector('[data-failed]');
  words.textContent = words.dataset.failed;
};

for (const row of rows) {
  try {
    const response = await fetch(row.dataset.figures, {headers: {Accept: 'application/json'}});
    if (response.ok) write(row, await response.json());
    else failed(row);
  } catch {
    failed(row);
  }
}
