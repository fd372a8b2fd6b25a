// Makes elements without markup: what people typed is only ever text.
export const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

export const svg = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// A field with its label above it.
export const field = (label, control, more = null) =>
  el('label', {class: 'field'}, el('span', {}, label), control, more);

// A choice among [value, name] pairs.
export const select = (pairs, chosen, attributes = {}) =>
  el(
    'select',
    attributes,
    pairs.map(([value, name]) => el('option', {value, selected: value === chosen}, name)),
  );

// The words of the page in its language: `%(name)s` is filled in.
export const worded =
  (words) =>
  (name, values = {}) =>
    Object.entries(values).reduce(
      (text, [key, value]) => text.replaceAll(`%(${key})s`, value),
      words[name] ?? name,
    );
