// The shape of a batch: the only place in the tracker that knows the columns of the wire (collector/wire.py).

/** The columns of each kind of event, in the order in which they are sent. */
export const COLUMNS = {
  click: 't e x y w h px py b k r d',
  hover: 'e c d w h px py',
  resize: 't w h',
  custom: 't n v',
};
const DAY = 864e5; // ms: no event may be further than this from the start of its view

/**
 * One batch, ready for JSON: `head` (its plain fields) with the columns of `rows`.
 * `records`: `[path, fingerprints]` of the view's elements; `rows`: kind → objects whose `t` is ms since 1970
 * and whose `e` is an index into `records`; `scroll`: such an object.
 */
export const buildBatch = (head, records, rows, scroll) => {
  const el = {p: [], f: []};
  const places = [];
  const place = (index) => {
    if (places[index] === undefined) {
      places[index] = el.p.push(records[index][0]) - 1;
      el.f.push(records[index][1]);
    }
    return places[index];
  };
  const batch = {v: 1, ...head, el};
  for (const kind in COLUMNS) {
    if (!rows[kind]?.length) continue;
    batch[kind] = {};
    for (const name of COLUMNS[kind].split(' ')) {
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
  batch.scroll = {...scroll, e: place(scroll.e)};
  return batch;
};
