// Addresses are stripped of what may identify a person before anything is stored or sent.

// E-mail addresses, UUIDs, long numbers.
const PERSON = /[^/=?&]+(@|%40)[^/&]*|[\da-f-]{32,}|\d{6,}/gi;

/** `href` without fragment, the query reduced to `utm_*` and the keys in `keep`; what may identify a person → `*`. */
export const trimAddress = (href, keep) => {
  const {origin, pathname, search} = new URL(href, location);
  const query = search
    .slice(1)
    .split('&')
    .filter((pair) => /^utm_/.test(pair) || keep?.includes(pair.split('=')[0]));
  return (origin + [pathname, query.join('&')].join(query[0] ? '?' : '').replace(PERSON, '*')).slice(0, 2048);
};
