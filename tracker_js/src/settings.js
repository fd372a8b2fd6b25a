// The settings in the script tag (docs/snippet.md).

export const script = document.currentScript;
export const {site, keepQuery, consent, variant, hash, offline, respect, frames, parent: outer} = script.dataset;
/** Origins whose frames may pass their rows to this page. */
export const allowed = (frames || '').split(' ');
