/** The table: each figure with its goal beside it, and the peers below. */

export function printRow({ name, goal, measured, unit, ratio, holds, gated, peers = {}, note }) {
  const verdict = holds === null ? 'not measured' : holds ? 'holds' : gated ? 'MISSES' : 'misses (not gated)';
  console.log(`\n${name.padEnd(20)} ${show(measured, unit).padStart(14)} ${ratioText(ratio).padStart(9)}   ${verdict.padEnd(12)}   ${goal}`);
  for (const [peer, { measured: its, unit: itsUnit = unit, ratio: itsRatio, note: itsNote }] of Object.entries(peers)) {
    console.log(`  ${peer.padEnd(46)}${show(its, itsUnit)} ${itsRatio === undefined ? '' : `(Keyturn ${ratioText(itsRatio)})`} ${itsNote ?? ''}`.trimEnd());
  }
  if (note) console.log(`  ${note}`);
}

export function printSummary(rows) {
  const gated = rows.filter((row) => row.gated);
  const missing = gated.filter(({ holds }) => holds === false).map(({ name }) => name);
  const skipped = gated.filter(({ holds }) => holds === null).map(({ name }) => name);
  console.log(`\n${gated.length - missing.length - skipped.length} of ${gated.length} gated rows hold.`);
  if (missing.length > 0) console.log(`They miss: ${missing.join(', ')}.`);
  if (skipped.length > 0) console.log(`Not measured: ${skipped.join(', ')}.`);
}

function show(value, unit) {
  if (value === null || value === undefined) return '-';
  // A count.
  if (Number.isInteger(value)) return `${value.toLocaleString('en')} ${unit}`;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return `${value.toFixed(digits)} ${unit}`;
}

function ratioText(ratio) {
  return ratio === null || ratio === undefined ? '-' : `${ratio.toFixed(2)} x`;
}
