// Takes a picture in the owner's own browser, for pages that the camera cannot reach: dist/parcours-snapshot.js. The
// tracker loads it on a page that was opened by a link of Parcours (#parcours-snapshot=TOKEN, viewer/own_browser.py).
import './capture.js';
import {film, fullPage} from './own_browser/film.js';
import {panel} from './own_browser/panel.js';

const {__parcoursCapture: capture} = window;
const token = location.hash.split('parcours-snapshot=')[1];
const HIDE_MS = 20_000;

/** POSTs a form; returns the answer. Throws an Error with words for the person. */
const post = async (path, fields, away) => {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const page = [
    ['url', location.href.split('#parcours-snapshot')[0]],
    ['width', innerWidth],
  ];
  for (const [name, value] of page) body.append(name, value);
  let answer;
  try {
    answer = await fetch(new URL(`own-browser/${path}`, import.meta.url), {
      method: 'POST',
      body,
      headers: {'x-parcours-snapshot': token},
      credentials: 'omit',
    });
  } catch {
    throw new Error(away);
  }
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error.words);
  return result;
};

/** The layout as JSON; `width` without a scroll bar, since screenshots have none. */
const readLayout = (key) =>
  new Blob([JSON.stringify({...capture(key), ...fullPage()})], {type: 'application/json'});

const run = async () => {
  const view = panel();
  const away = 'Parcours could not be reached from this page.';
  let words, key;
  try {
    ({words, key} = await post('check', [], away));
  } catch (error) {
    return view.say(error.message);
  }
  const send = async (layout, pieces) => {
    view.say(words.busy);
    const parts = pieces.flatMap(([top, image]) => [
      ['top', top],
      ['piece', image],
    ]);
    await post('picture', [['layout', layout], ...parts], words.away);
    view.done(words.done);
  };
  const attempt = async (make) => {
    try {
      await make();
    } catch (error) {
      view.offer();
      view.say(words[error.message] || error.message);
    }
  };
  view.show({
    words,
    canFilm: !!navigator.mediaDevices?.getDisplayMedia,
    onFilm: () =>
      attempt(async () => {
        let layout;
        const pieces = await film(view, () => (layout = readLayout(key)));
        await send(layout, pieces);
      }),
    onFile: (file) =>
      attempt(async () => {
        view.hide();
        scrollTo({top: 0, behavior: 'instant'});
        const layout = readLayout(key);
        view.offer();
        await send(layout, [[0, file]]);
      }),
    onHide: () => {
      view.hide();
      setTimeout(view.offer, HIDE_MS);
    },
  });
};

run();
