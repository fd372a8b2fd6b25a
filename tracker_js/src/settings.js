// What the script's tag says.

export const script = document.currentScript;
export const {site, keepQuery, consent, variant, hash, offline, respect, frames, parent: outer} = script.dataset;
