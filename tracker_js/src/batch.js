// The shape of a batch (collector/wire.py): rows become one array a field, times become steps, and every
// element is named once.

const DAY = 864e5; // ms: no event may be further than this from the start of its view

/**
 * One batch, ready for JSON: `head` (its plain fields) with the columns of `rows`.
 * `rows`: kind → objects of the wire's fields, whose `t` is ms since 1970 and whose `e` is a record
 * `[path, fingerprints]`, the same object for the same element; `scroll`: such an object.
 */
export const buildBatch = (head, rows, scroll) => {
  const records = [];
  const place = (record) => {
    if (!records.includes(record)) records.push(record);
    return records.indexOf(record);
  };
  const batch = {...head, scroll: {...scroll, e: place(scroll.e)}};
  for (const kind in rows) {
    if (rows[kind][0]) batch[kind] = {};
    for (const name in rows[kind][0]) {
      let last = head.t0;
      batch[kind][name] = rows[kind].map((row) =>
        name === 'e'
          ? place(row.e)
          : name === 't'
            ? -last + (last = Math.max(last, Math.min(row.t, head.t0 + DAY))) // clocks may be set back
            : row[name],
      );
    }
  }
  batch.el = {p: records.map((one) => one[0]), f: records.map((one) => one[1])};
  return batch;
};
