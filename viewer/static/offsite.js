// Sends an off-site file and shows how much of it was sent. Without this script the browser sends the plain form.
const form = document.querySelector('form[data-upload]');
const box = document.querySelector('[data-sending]');
const problem = document.querySelector('[data-problem]');
const words = box ? JSON.parse(box.dataset.words) : {};
const MEGABYTE = 1e6;
const ANNOUNCED = 25; // percent between two announcements to screen readers
const RELOAD = 3000; // ms, while the server reads a file

let request = null; // the file that is being sent

const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const amount = (bytes) =>
  (bytes / MEGABYTE).toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });

function node(name, text, given = {}) {
  return Object.assign(document.createElement(name), {textContent: text}, given);
}

/* ---- what is shown ---- */
let announced = 0;
function show(done, all) {
  const [line, bar, live] = ['line', 'bar', 'live'].map((name) => box.querySelector(`[data-${name}]`));
  const percent = all ? Math.floor((100 * done) / all) : 0;
  const whole = all > 0 && done >= all;
  line.textContent = whole ? words.checking : fill(words.sent, {done: amount(done), all: amount(all)});
  if (whole) bar.removeAttribute('value');
  else bar.value = percent;
  if (whole || percent >= announced + ANNOUNCED) {
    announced = percent;
    live.textContent = line.textContent;
  }
}

function busy(on) {
  box.hidden = !on;
  for (const control of form.elements) control.disabled = on;
  if (on) {
    announced = 0;
    problem.replaceChildren();
    box.querySelector('[data-cancel]').focus();
  }
}

// Back at the form, which keeps the file that was chosen, so that it can be sent again.
function stopped(...content) {
  request = null;
  busy(false);
  const note = node('div', '', {className: 'note bad faults'});
  note.append(...content);
  problem.replaceChildren(note);
  form.querySelector('button').focus();
}

const signedOut = (href) => {
  const link = node('a', words.sign_in, {href, target: '_blank'});
  stopped(node('b', words.session), ' ', link);
};

// What the page of an answer says is wrong.
function explained(text, status) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  const faults = page.querySelector('#send > .faults');
  if (!faults) {
    const found = [...page.querySelectorAll('.empty > h1, .empty > p:not(.row)')].map((one) => one.textContent);
    return [found.join(' ') || fill(words.failed, {status})];
  }
  return [...faults.childNodes, ...page.querySelectorAll('#send > .faults + p')];
}

/* ---- sending ---- */
// Whether there is a session and a connection, before a large file is sent and when sending it failed. The form gets a
// current token, so that the file can be sent after signing in again. Answers the address to sign in at, or "".
async function session() {
  const answer = await fetch(form.action, {headers: {accept: 'text/html'}});
  if (answer.redirected) return answer.url;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  form.elements.csrf.value = page.querySelector('meta[name=csrf]').content;
  return '';
}

async function send() {
  const [file] = form.elements.file.files;
  if (file.size > Number(form.dataset.most)) return stopped(words.too_large);
  const content = new FormData(form); // disabled fields are left out
  const sending = new XMLHttpRequest();
  request = sending;
  busy(true);
  show(0, file.size);
  try {
    const away = await session();
    if (request !== sending) return undefined; // cancelled
    if (away) return signedOut(away);
  } catch {
    return request === sending && stopped(words.no_connection);
  }
  content.set('csrf', form.elements.csrf.value);
  sending.upload.onprogress = ({loaded, total}) => show(loaded, total);
  sending.upload.onload = ({total}) => show(total, total);
  sending.onload = () => ended(sending);
  sending.onerror = broken;
  sending.onabort = () => stopped(words.cancelled);
  sending.open('POST', form.action);
  sending.setRequestHeader('accept', 'text/html');
  sending.setRequestHeader('x-csrf-token', form.elements.csrf.value);
  return sending.send(content);
}

function ended(sending) {
  const url = new URL(sending.responseURL);
  if (sending.status >= 400) return stopped(...explained(sending.responseText, sending.status));
  if (!url.pathname.startsWith(new URL(form.action).pathname)) return signedOut(sending.responseURL);
  request = null; // leaving the page is no loss any more
  return location.assign(url);
}

// A server that rejects a file does not read the rest of it: some browsers then report a broken connection only.
async function broken() {
  try {
    const away = await session();
    if (away) signedOut(away);
    else stopped(words.broken);
  } catch {
    stopped(words.broken);
  }
}

function cancel() {
  const sending = request;
  if (!sending) return;
  request = null;
  if (sending.readyState === XMLHttpRequest.UNSENT) stopped(words.cancelled);
  else sending.abort();
}

if (form) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!request) send();
  });
  box.querySelector('[data-cancel]').addEventListener('click', cancel);
  addEventListener('beforeunload', (event) => request && event.preventDefault());
}

// While the server reads a file, the list follows; not while somebody chooses or sends another one.
if (document.querySelector('[data-reading]'))
  setInterval(() => form?.elements.file.files.length || request || location.reload(), RELOAD);
