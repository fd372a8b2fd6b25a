// Elements of a question, made without markup in text, so that no words of an owner or a page are ever read as HTML.

const SVG = 'http://www.w3.org/2000/svg';
const STAR = 'M18 4l4.3 8.9 9.7 1.4-7 6.9 1.7 9.7-8.7-4.6-8.7 4.6 1.7-9.7-7-6.9 9.7-1.4z';
const FACE = 'M3 18a15 15 0 1 0 30 0a15 15 0 1 0-30 0M12 14v1M24 14v1M10 ';
const MOUTHS = ['26q8-9 16 0', '25q8-5 16 0', '24h16', '22q8 5 16 0', '21q8 9 16 0'];

/** An element with attributes and children (elements or texts). `kind` is its name and class, as `div.note`. */
export const el = (kind, attributes, ...children) => {
  const [name, ...classes] = kind.split('.');
  const made = document.createElement(name);
  if (name === 'button') made.type = name;
  made.className = classes.join(' ');
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
};

/** A button that calls `press`. */
export const button = (kind, press, label, attributes) => {
  const made = el(`button${kind}`, attributes, label);
  made.onclick = press;
  return made;
};

/** A star, or the face of a score from 1 to 5. Faces differ by their mouth, not by colour. */
export const icon = (name, score) => {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 36 36');
  svg.classList.add(name);
  const path = svg.appendChild(document.createElementNS(SVG, 'path'));
  path.setAttribute('d', name === 'star' ? STAR : FACE + MOUTHS[score - 1]);
  return svg;
};
