/** `npm run scoreboard [line …|sabotage] [--seed N] [--quick]`: counted races, rushes and hostile answers, and whether the lines notice when the library is broken on purpose. */
import { join } from 'node:path';
import { fail, requireNode24 } from '../bench/require-node.mjs';
import { keepResults, readResults, stamp } from '../bench/results.mjs';
import { lines, runLine } from './lines.mjs';

requireNode24('scoreboard');
const { wanted, seed, isQuick } = parse(process.argv.slice(2));
const source = join(import.meta.dirname, '../packages/keyturn/src');
let isBroken = false;

console.log(`seed ${seed}${isQuick ? ', reduced counts' : ''}\n`);
console.log(`${'line'.padEnd(6)}${'name'.padEnd(46)}${'tried'.padStart(11)}${'wrong'.padStart(8)}${'seconds'.padStart(9)}`);
const done = [];
for (const { line, name, count, quickCount } of lines.filter((each) => wanted.has(String(each.line)))) {
  const { tried, wrong, seconds, notes } = await runLine({ line, source, seed, count: isQuick ? quickCount : count });
  console.log(
    `${String(line).padEnd(6)}${name.padEnd(46)}${tried.toLocaleString('en').padStart(11)}${String(wrong).padStart(8)}${seconds.toFixed(1).padStart(9)}`,
  );
  for (const note of notes) console.log(`      ${note.replaceAll('\n', '\n      ')}`);
  done.push({ line, name, tried, wrong, seed, seconds, ...stamp() });
  isBroken ||= wrong > 0;
}

const more = {};
if (wanted.has('sabotage')) {
  const { runSabotage } = await import('./sabotage.mjs');
  console.log('\nThe library, broken on purpose:');
  const of = await runSabotage({ seed, tell: ({ name, caught, by }) => console.log(`${caught ? 'caught' : 'MISSED'}  ${name.padEnd(62)} ${by}`) });
  const caught = of.filter((each) => each.caught).length;
  console.log(`${caught} of ${of.length} caught.`);
  more.sabotage = { tried: of.length, caught, of, ...stamp() };
  isBroken ||= caught < of.length;
}

// A reduced run is no figure: it takes the place of nothing.
if (!isQuick) keepResults('scoreboard.json', 'lines', 'line', done, orderOfLines(), more);
process.exitCode = isBroken ? 1 : 0;

/** Lines of other hands, as far as they have run, stay. */
function orderOfLines() {
  const kept = (readResults('scoreboard.json').lines ?? []).map(({ line }) => line);
  return [...new Set([...kept, ...lines.map(({ line }) => line)])].sort((a, b) => a - b);
}

function parse(args) {
  const names = new Set([...lines.map(({ line }) => String(line)), 'sabotage']);
  const wanted = new Set();
  let seed = Number(process.env['KEYTURN_SEED'] ?? Date.now() % 2 ** 31);
  let isQuick = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === '--quick') isQuick = true;
    else if (arg === '--seed') seed = Number(args[++at]);
    else if (names.has(arg)) wanted.add(arg);
    else fail(`There is no line "${arg}". There are: ${[...names].join(', ')}.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) fail('The seed is a whole number: --seed 42.');
  return { wanted: wanted.size > 0 ? wanted : names, seed, isQuick };
}
