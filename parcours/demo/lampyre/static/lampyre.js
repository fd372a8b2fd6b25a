// Lampyre: what moves in the shop. The discount code's button has no handler: that is what there is to find.
const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const on = (selector, kind, act) => all(selector).forEach((el) => el.addEventListener(kind, (event) => act(el, event)));
const say = (selector, words) =>
  all(selector).forEach((el) => {
    el.textContent = words;
  });

// Events of the shop. The tracker comes after this script: calls made before it wait in `q`.
window.parcours ??= Object.assign((...call) => window.parcours.q.push(call), { q: [] });
const tell = (name, value) => window.parcours('event', name, value);

// The basket: lines of {slug, name, note, price, count, path, svg}, for as long as the tab lives.
const readBasket = () => {
  try {
    return JSON.parse(sessionStorage.getItem('basket'));
  } catch {
    return null;
  }
};
const saveBasket = (lines) => {
  try {
    sessionStorage.setItem('basket', JSON.stringify(lines));
  } catch {
    /* the page still works without */
  }
};
const FIRST = [
  ['luciole', 'Luciole', 129],
  ['galet', 'Galet', 89],
  ['colline', 'Colline', 79],
].map(([slug, name, price]) => ({ slug, name, price, count: 1 }));
let basket = readBasket() ?? FIRST;

const showSums = () => {
  const total = basket.reduce((sum, line) => sum + line.price * line.count, 0);
  const delivery = total >= 80 || total === 0 ? 0 : 6;
  say(
    '[data-basket-count]',
    basket.reduce((sum, line) => sum + line.count, 0),
  );
  say('[data-total]', total);
  say('[data-delivery]', delivery);
  say('[data-whole]', total + delivery);
  if ($('#basket-empty')) $('#basket-empty').hidden = basket.length > 0;
};
const keep = () => {
  saveBasket(basket);
  showSums();
};

const buildLine = (line) => {
  const row = $('#line').content.firstElementChild.cloneNode(true);
  row.id = `line-${line.slug}`;
  row.dataset.slug = line.slug;
  row.dataset.price = line.price;
  all('[aria-label]', row).forEach((el) => {
    el.setAttribute('aria-label', el.getAttribute('aria-label').replace('NAME', line.name));
  });
  all('a', row).forEach((a) => {
    a.href = line.path;
  });
  $('.pic', row).innerHTML = line.svg;
  $('h3 a', row).textContent = line.name;
  $('.note', row).textContent = line.note;
  return row;
};
const drawLines = () => {
  const list = $('#lines');
  if (!list) return;
  for (const row of all('.row', list)) if (!basket.some((line) => line.slug === row.dataset.slug)) row.remove();
  for (const line of basket) {
    const row = $(`#line-${line.slug}`) ?? list.appendChild(buildLine(line));
    $('output', row).textContent = line.count;
    $('[data-sum]', row).textContent = line.price * line.count;
  }
};
$('#lines')?.addEventListener('click', (event) => {
  const row = event.target.closest('.row');
  const line = basket.find((one) => one.slug === row?.dataset.slug);
  if (!line) return;
  const step = event.target.closest('[data-step]');
  if (step) line.count = Math.max(1, line.count + Number(step.dataset.step));
  else if (event.target.closest('[data-remove], [data-later]')) basket = basket.filter((one) => one !== line);
  else return;
  keep();
  drawLines();
});
if ($('#ordered') && readBasket()) {
  $('#ordered').replaceChildren(
    ...basket.flatMap((line) => {
      const [name, price] = [document.createElement('dt'), document.createElement('dd')];
      name.textContent = line.count > 1 ? `${line.name} × ${line.count}` : line.name;
      price.textContent = `${line.price * line.count} €`;
      return [name, price];
    }),
  );
}
if (readBasket()) {
  drawLines();
  showSums();
}

// Product page: pictures, colour, size, number, basket.
on('.thumbs [data-background]', 'click', (thumb) => {
  all('.thumbs .pic').forEach((one) => one.setAttribute('aria-pressed', one === thumb));
  $('.gallery .main rect').setAttribute('fill', `url(#background-${thumb.dataset.background})`);
});
on('#colours button', 'click', (swatch) => {
  all('#colours button').forEach((one) => one.setAttribute('aria-pressed', one === swatch));
  all('.gallery use, dialog.wide use').forEach((use) => use.style.setProperty('--shade', swatch.dataset.shade));
  say('[data-colour-name]', swatch.dataset.colour);
});
on('#sizes button', 'click', (size) => {
  all('#sizes button').forEach((one) => one.setAttribute('aria-pressed', one === size));
  say('[data-price]', Number($('#add-to-basket').dataset.cost) + Number(size.dataset.more));
});
on('.buy [data-step]', 'click', (button) => {
  const count = $('output', button.parentElement);
  count.textContent = Math.max(1, Number(count.textContent) + Number(button.dataset.step));
});
on('#add-to-basket', 'click', (button) => {
  const { slug, name, path } = button.dataset;
  const count = Number($('.buy output').textContent);
  const line = basket.find((one) => one.slug === slug);
  const size = $('#sizes [aria-pressed="true"]').dataset.height;
  const colour = $('[data-colour-name]').textContent;
  const note = `${colour[0].toUpperCase()}${colour.slice(1)}, ${size} cm`;
  if (line) line.count += count;
  else
    basket.push({
      slug,
      name,
      path,
      note,
      count,
      price: Number($('[data-price]').textContent),
      svg: $('.thumbs .pic').innerHTML,
    });
  keep();
  tell('add_to_basket', count * Number($('[data-price]').textContent));
  say('[data-added-name]', name);
  $('#added').hidden = false;
});
on('[data-close-added]', 'click', () => {
  $('#added').hidden = true;
});
on('#save-for-later', 'click', (button) => {
  button.textContent = button.textContent === 'Saved' ? 'Save for later' : 'Saved';
});
on('#all-reviews', 'click', (button) => {
  $('#more-reviews').hidden = false;
  button.hidden = true;
});

// Menu, dialogs.
const setMenu = (open) => {
  if ($('#menu').hidden === !open) return;
  $('#menu').hidden = !open;
  all('[aria-controls="menu"]').forEach((button) => button.setAttribute('aria-expanded', open));
};
on('[aria-controls="menu"]', 'click', () => setMenu($('#menu').hidden));
document.addEventListener('click', (event) => {
  if (!event.target.closest('header')) setMenu(false);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') setMenu(false);
});
on('[data-dialog]', 'click', (button) => document.getElementById(button.dataset.dialog).showModal());
on('dialog', 'click', (dialog, event) => {
  if (event.target === dialog) dialog.close();
});

let lamps = [];
const drawFound = () => {
  const wanted = $('#search-field').value.trim().toLowerCase();
  const found = lamps.filter((lamp) => lamp.words.includes(wanted)).slice(0, 6);
  $('#search-found').replaceChildren(
    ...found.map((lamp) => {
      const [item, link] = [document.createElement('li'), document.createElement('a')];
      link.href = lamp.path;
      link.innerHTML = '<span></span><span class="muted"></span>';
      link.firstChild.textContent = lamp.name;
      link.lastChild.textContent = `${lamp.price} €`;
      item.append(link);
      return item;
    }),
  );
};
on('#search-button', 'click', async () => {
  $('#search').showModal();
  if (!lamps.length) lamps = await (await fetch('/parts/lamps.json')).json();
  drawFound();
});
on('#search-field', 'input', drawFound);

// Carousel.
on('.carousel', 'click', (carousel, event) => {
  const arrow = event.target.closest('[data-move]');
  const track = $('.track', carousel);
  if (arrow) track.scrollBy({ left: Number(arrow.dataset.move) * track.clientWidth, behavior: 'smooth' });
});
all('.carousel').forEach((carousel) => {
  const track = $('.track', carousel);
  const [before, after] = all('[data-move]', carousel);
  const update = () => {
    before.disabled = track.scrollLeft < 8;
    after.disabled = track.scrollLeft + track.clientWidth > track.scrollWidth - 8;
  };
  track.addEventListener('scroll', update, { passive: true });
  update();
});

// Sections that are fetched when they come near.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      fetch(target.dataset.load)
        .then((answer) => answer.text())
        .then((html) => {
          target.innerHTML = html;
          target.classList.add('loaded');
        });
    }
  },
  { rootMargin: '200px' },
);
all('[data-load]').forEach((section) => near.observe(section));

// Lists: filter and sort.
const priceFits = {
  'under 80 €': (p) => p < 80,
  '80 to 120 €': (p) => p >= 80 && p <= 120,
  'over 120 €': (p) => p > 120,
};
const filter = () => {
  const wanted = (name) => all(`.filters [name="${name}"]:checked`).map((box) => box.value);
  const [colours, prices, rooms] = ['colour', 'price', 'room'].map(wanted);
  let shown = 0;
  for (const { dataset, ...item } of all('#lamps .item').map((el) => ({ el, dataset: el.dataset }))) {
    const fits =
      (!colours.length || colours.includes(dataset.colour)) &&
      (!rooms.length || rooms.includes(dataset.room)) &&
      (!prices.length || prices.some((range) => priceFits[range](Number(dataset.price))));
    item.el.hidden = !fits;
    shown += fits;
  }
  say('[data-count]', shown);
  $('#none-found').hidden = shown > 0;
};
on('.filters input', 'change', filter);
on('#clear-filters', 'click', () => {
  all('.filters input').forEach((box) => {
    box.checked = false;
  });
  filter();
});
on('.filter', 'toggle', (one) => {
  if (one.open)
    all('.filter[open]').forEach((other) => {
      other.open = other === one;
    });
});
on('#sort', 'change', (select) => {
  const worth = { loved: (d) => d.place, up: (d) => d.price, down: (d) => -d.price }[select.value];
  $('#lamps').append(...all('#lamps .item').sort((a, b) => worth(a.dataset) - worth(b.dataset)));
});
const room = new URLSearchParams(location.search).get('room');
if (room && $('.filters')) {
  all('.filters [name="room"]').forEach((box) => {
    box.checked = box.value === room;
  });
  filter();
}

// Help, thanks, letters.
on('#search-help', 'input', (field) => {
  const wanted = field.value.trim().toLowerCase();
  const shown = all('#questions details').filter((one) => {
    one.hidden = !one.textContent.toLowerCase().includes(wanted);
    return !one.hidden;
  });
  $('#no-answer').hidden = shown.length > 0;
});
if (location.hash && $(`#questions ${CSS.escape(location.hash).replace('\\#', '#')}`))
  $(`#questions ${location.hash}`).open = true;
on('#return-form', 'submit', (form, event) => {
  event.preventDefault();
  form.hidden = true;
  $('#return-made').hidden = false;
  tell('return_started');
});
on('#review-form', 'submit', (form, event) => {
  event.preventDefault();
  tell('review', Number($('input:checked', form).value));
  form.hidden = true;
  $('#review-sent').hidden = false;
});
on('#join-club', 'click', (button) => {
  tell('club_joined');
  button.disabled = true;
  $('#club-joined').hidden = false;
});
on('#follow-parcel', 'click', (button) => {
  $('#parcel').hidden = !$('#parcel').hidden;
  button.setAttribute('aria-expanded', !$('#parcel').hidden);
});
on('#tell-a-friend, #recommend', 'click', (button) => {
  button.textContent = 'The link is copied';
  navigator.clipboard?.writeText(location.origin).catch(() => {});
});
on('#letters', 'submit', (form, event) => {
  event.preventDefault();
  tell('letters');
  form.textContent = 'Thank you. The first letter comes on the first of the month.';
});
if (location.pathname === '/thanks') {
  const worth = basket.reduce((sum, line) => sum + line.price * line.count, 0);
  if (worth) tell('order', worth);
  basket = [];
  keep();
}
