// The panel on the page. It is in a closed shadow root with a constructed style sheet, which a strict style-src of the
// page allows, and capture.js leaves it out.

const STYLE = `
:host{all:initial;position:fixed;right:16px;bottom:16px;z-index:2147483647}
section{box-sizing:border-box;width:min(320px,calc(100vw - 32px));padding:16px;border:1px solid #8886;border-radius:8px;
background:Canvas;color:CanvasText;color-scheme:light dark;font:14px/1.45 system-ui,sans-serif;
box-shadow:0 8px 32px #0004}
h2{font-size:15px;margin:0 0 8px}p{margin:8px 0}small{display:block;opacity:.75}
button{font:inherit;padding:6px 12px;margin:4px 4px 0 0;border:1px solid #8886;border-radius:6px;cursor:pointer;
background:ButtonFace;color:ButtonText}
button.main{background:#1659c7;border-color:#1659c7;color:#fff}
:focus-visible{outline:2px solid #1659c7;outline-offset:2px}`;

const make = (name, text, more) => Object.assign(document.createElement(name), {textContent: text, ...more});

export const panel = () => {
  const host = document.createElement('div');
  host.setAttribute('data-parcours-ignore', '');
  const root = host.attachShadow({mode: 'closed'});
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const status = make('p', '…', {role: 'status'});
  const choices = make('div', '');
  const section = make('section', '', {tabIndex: -1});
  const heading = make('h2', 'Parcours');
  section.setAttribute('role', 'dialog');
  section.setAttribute('aria-label', 'Parcours');
  section.append(heading, choices, status);
  root.append(section);
  const offer = () => document.documentElement.append(host);
  offer();

  const say = (words) => {
    status.textContent = words;
  };
  return {
    say,
    offer,
    hide: () => host.remove(),
    done: (words) => {
      choices.remove();
      say(words);
    },
    show: ({words, canFilm, onFilm, onFile, onHide}) => {
      heading.textContent = words.title;
      say(words.state);
      const file = make('input', '', {type: 'file', accept: 'image/png,image/webp,image/jpeg', hidden: true});
      file.setAttribute('aria-label', words.file);
      file.onchange = () => {
        if (file.files[0]) onFile(file.files[0]);
        file.value = '';
      };
      if (canFilm) {
        choices.append(make('button', words.film, {className: 'main', onclick: onFilm}));
        choices.append(make('small', words.film_hint));
      }
      choices.append(
        make('button', words.file, {onclick: () => file.click()}),
        make('button', words.hide, {onclick: onHide}),
        make('button', words.close, {onclick: () => host.remove()}),
        make('small', words.file_hint),
        file,
      );
      section.focus();
    },
  };
};
