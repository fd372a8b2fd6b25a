// Masks what may identify a person: e-mail addresses, ids, tokens, long numbers. store/masking.py has the same patterns
// in the same order; tests/tracker/test_addresses.py compares them.

const MAX_ENCODED = 5; // times that a part may be percent-encoded
// E-mail address; 32 hex digits, also as a UUID; JSON Web Token; what is encoded even more often, to hide something.
const WHOLE = /[^/@+ ]@[^/@+ ]+\.[^/@+ ]|([\da-f]-?){32}|\beyJ[\w-]+\.eyJ|%[\da-f]{2}/i;
const TOKEN = /(^|[^\w.~-])(?=[\w.~-]*\d)(?=[\w.~-]*[a-z])[\w.~-]{24}/i; // 24 letters and digits, mixed
const NUMBER = /(\d|%3\d){6,}|%../g; // a long number, or an escape that is not part of one

const decoded = (part) => {
  for (let i = MAX_ENCODED; i--; ) part = unescape(part);
  return part;
};

/**
 * A percent-encoded part of a path, value of a query or name of an event: `*` if anything in it may identify a person;
 * otherwise each run of six digits or more becomes `*`.
 */
export const masked = (part) => {
  const cut = part.replace(NUMBER, (run) => (run[5] ? '*' : run));
  const plain = decoded(part + ' ' + cut);
  return WHOLE.test(plain) || TOKEN.test(plain) || /\d{6}/.test(decoded(cut)) ? '*' : cut;
};
