// Puts changes of two people together, item by item: what only one changed is taken over; of the rest mine stays.
// The server does the same when it stores (rules/journey_merge.py), and there keeps both texts of a cell.
export const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

// Whether two journeys say the same: the server leaves out empty values, and has an order of its own.
export const alike = (a, b) => same(plain({...a, version: 0}), plain({...b, version: 0}));

const plain = (value) => {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const filled = Object.entries(value).filter(([, one]) => !isDefault(one));
  return Object.fromEntries(
    filled.sort(([x], [y]) => (x < y ? -1 : 1)).map(([name, one]) => [name, plain(one)]),
  );
};
const isDefault = (value) =>
  value === '' ||
  value === null ||
  value === false ||
  value === 'assumed' ||
  value === 'idea' ||
  (typeof value === 'object' && !Object.keys(value).length);

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const idOf = (item) => item.key ?? `${item.lane}/${item.stage}/${item.touchpoint ?? ''}`;
const isKeyed = (list) =>
  Array.isArray(list) && list.length > 0 && list.every((item) => isObject(item) && (item.key || item.lane));

export function merge(was, mine, theirs) {
  if (same(mine, was) || same(mine, theirs)) return theirs;
  if (same(theirs, was)) return mine;
  if ([was, mine, theirs].every(Array.isArray) && [mine, theirs].some(isKeyed))
    return items(was, mine, theirs);
  if ([was, mine, theirs].every(isObject)) return fields(was, mine, theirs);
  return mine;
}

function fields(was, mine, theirs) {
  const merged = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = merge(was[name], mine[name], theirs[name]);
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function items(was, mine, theirs) {
  const [a, b, c] = [was, mine, theirs].map((list) => new Map(list.map((item) => [idOf(item), item])));
  const moved = !same(
    [...b.keys()].filter((id) => a.has(id)),
    [...a.keys()].filter((id) => b.has(id)),
  );
  const order = moved ? [...b.keys(), ...c.keys()] : [...c.keys(), ...b.keys()];
  const merged = [];
  for (const id of new Set(order)) {
    const item = merge(a.get(id), b.get(id), c.get(id));
    if (item !== undefined) merged.push(item);
  }
  return merged;
}
