// Totals of the view so far (`ViewTotals` in collector/wire.py). They grow from batch to batch.

/** `{ms: engaged, clicks, cut: rows dropped, fake: clicks made by scripts, err: errors of the tracker}` */
export let sum;

/** A new view starts at 0. Batches of the old one keep their own totals. */
export const resetTotals = () => {
  sum = {ms: 0, clicks: 0, cut: 0, fake: 0, err: 0};
};
resetTotals();
