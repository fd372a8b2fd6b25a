// Rows waiting to be sent, in the shape of the wire format (collector/wire.py): one array per field of each kind, times
// as differences, each element's record once.

const DAY = 864e5; // ms: the wire format's limit from the start of a view to an event

/** The rows by kind, and `el`: the records that they refer to. */
export let columns;
/** Number of rows. */
export let count;
let start; // ms since 1970
let places; // record → index in `el`
let times; // kind → time of its last row

/** Starts an empty batch of the view that began at `t0` (ms since 1970). */
export const clear = (t0) => {
  columns = {el: {p: [], f: []}};
  count = 0;
  start = t0;
  places = {};
  times = {};
};

/** Index of a record `[path, fingerprints]` in `el`; adds it if it is new. */
export const placeOf = (record) =>
  (places[record] ??= (columns.el.f.push(record[1]), columns.el.p.push(record[0]) - 1));

/** Adds `row`: the wire format's fields, except that `t` is in ms since 1970 and `e` is a record. */
export const put = (kind, row) => {
  const fields = (columns[kind] ||= {});
  for (const name in row) {
    let value = row[name];
    if (name === 'e') value = placeOf(value);
    if (name === 't') {
      const before = times[kind] || start;
      times[kind] = Math.max(before, Math.min(value, start + DAY)); // the clock may have been set
      value = times[kind] - before;
    }
    (fields[name] ||= []).push(value);
  }
  count++;
};
