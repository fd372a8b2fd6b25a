// Rows waiting to be sent, in the shape of the wire format (collector/wire.py): one array per field of each kind, times
// as differences, each element's record once.

const DAY = 864e5; // ms: the wire format's limit from the start of a view to an event

/** Row → its kind. A whole row is added at once, and only once: Firefox may stop the script anywhere (see send.js). */
export let rows;
let start; // ms since 1970
let el; // records
let places; // record → index in `el`

/** Starts an empty batch of the view that began at `t0` (ms since 1970). */
export const clear = (t0) => {
  rows = new Map();
  start = t0;
};

/** Index of a record `[path, fingerprints]` in `el` of the batch made last; adds it if it is new. */
export const placeOf = (record) => (places[record] ??= (el.f.push(record[1]), el.p.push(record[0]) - 1));

/** The rows by kind. They have the wire format's fields, except that `t` is in ms since 1970 and `e` is a record. */
export const toColumns = () => {
  places = {};
  el = {p: [], f: []};
  const columns = {el};
  const times = {}; // kind → time of its last row
  for (const [row, kind] of rows) {
    const fields = (columns[kind] ||= {});
    // Not `in`: old libraries add enumerable properties to all objects.
    for (const name of Object.keys(row)) {
      let value = row[name];
      if (name === 'e') value = value && placeOf(value);
      if (name === 't') {
        const before = times[kind] || start;
        times[kind] = Math.max(before, Math.min(value, start + DAY)); // the clock may have been set
        value = times[kind] - before;
      }
      (fields[name] ||= []).push(value);
    }
  }
  return columns;
};
