// What waits to be sent, in the shape of the wire (collector/wire.py): one array a field of every kind, times as
// steps, every element named once.

const DAY = 864e5; // ms: no event may be further from the start of its view

/** The kinds, and `el`: the records that they name. */
export let columns;
/** How many rows there are. */
export let count;
let start; // ms since 1970
let places; // record → its index in `el`
let times; // kind → time of its last row

/** Nothing waits, of a view that began at `t0` (ms since 1970). */
export const clear = (t0) => {
  columns = {el: {p: [], f: []}};
  count = 0;
  start = t0;
  places = {};
  times = {};
};

/** Index of a record `[path, fingerprints]`. */
export const placeOf = (record) => (places[record] ??= (columns.el.f.push(record[1]), columns.el.p.push(record[0]) - 1));

/** Adds `row`: the wire's fields, but for `t`, in ms since 1970, and `e`, a record. */
export const put = (kind, row) => {
  const fields = (columns[kind] ||= {});
  for (const name in row) {
    let value = row[name];
    if (name === 'e') value = placeOf(value);
    if (name === 't') {
      const before = times[kind] || start;
      times[kind] = Math.max(before, Math.min(value, start + DAY)); // clocks may be set
      value = times[kind] - before;
    }
    (fields[name] ||= []).push(value);
  }
  count++;
};
