// Addresses lose what could name a person before anything is kept of them.

const PERSON = /.(@|%40)|^[\da-f-]{32,36}$/i; // e-mail addresses, UUIDs

const mask = (part) => (PERSON.test(part) ? '*' : part.replace(/\d{6,}/g, '*'));

/** `href` without fragment, its query cut to `utm_*` and the keys in `keep`; addresses of people, ids, long numbers → `*`. */
export const trimAddress = (href, keep) => {
  const url = new URL(href, location.href);
  const query = [...url.searchParams]
    .filter(([key]) => keep.includes(key) || /^utm_/.test(key))
    .map(([key, value]) => [key, mask(value)]);
  return (
    url.origin +
    url.pathname.split('/').map(mask).join('/') +
    (query.length ? `?${new URLSearchParams(query)}` : '')
  ).slice(0, 2048);
};
