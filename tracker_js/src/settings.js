// The settings in the script tag (docs/snippet.md): `data-*`, or the query of its address, which tag managers keep.

// Null in a module and in a script that a loader evaluates.
const script = document.currentScript || document.querySelector('script[src*="parcours.js"]');
const query = new URLSearchParams(script?.src.split('?')[1]);
// Without `site`, the query is not about settings: `?hash=` may only keep caches apart.
const settings = {...(query.get('site') && Object.fromEntries(query)), ...script?.dataset};

export const {ask, keepQuery, consent, variant, hash, offline, respect, frames, parent: outer} = settings;
/** Origins whose frames may pass their rows to this page. */
export const allowed = (frames || '').split(' ');

export let site;
export let url; // of the collector

/** `home`: an address of this Parcours, where the script itself is not from there. */
export const setSite = (key, home = script?.src || location.origin) => {
  url = new URL(`c/${key}`, home);
  site = key;
};
if (settings.site) setSite(settings.site);
