/** The README's figures, from the last results of `npm run bench`. `node packages/keyturn/test/pages/speed.ts` writes them into the page. */
import fs from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');
const readme = join(root, 'README.md');
const between = /(<!-- speed: begin -->\n)([\s\S]*?)(<!-- speed: end -->)/;

interface Row {
  readonly name: string;
  readonly goal: string;
  readonly measured: number | null;
  readonly unit: string;
  readonly ratio: number | null;
  readonly holds: boolean | null;
  readonly date: string;
  readonly node: string;
  readonly machine: { readonly cores: number; readonly cpu: string; readonly memoryGb: number };
}

/** What stands in the README between its two marks. */
export function speedInReadme(): string {
  return between.exec(fs.readFileSync(readme, 'utf8'))?.[2] ?? 'no marks';
}

/** What may stand there. */
export function speedTable(): string {
  const { rows } = JSON.parse(fs.readFileSync(join(root, 'bench/results/bench.json'), 'utf8')) as { rows: readonly Row[] };
  const measured = rows.filter((row) => row.measured !== null);
  const places = new Set(
    measured.map(
      ({ date, node, machine }) => `Measured on ${date.slice(0, 10)}, Node ${node}, ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB.`,
    ),
  );
  const lines = rows.map(({ name, goal, measured: figure, unit, ratio, holds }) =>
    [
      name,
      goal,
      figure === null ? '' : `${short(figure)} ${unit}`,
      ratio === null ? '' : short(ratio),
      holds === true ? 'yes' : holds === null ? 'not measured' : 'no',
    ].join(' | '),
  );
  return [...places, '', '| row | goal | measured | ratio | holds |', '|---|---|---|---|---|', ...lines.map((line) => `| ${line} |`), ''].join('\n');
}

function short(figure: number): string {
  return figure >= 100 || Number.isInteger(figure) ? Math.round(figure).toLocaleString('en') : figure.toPrecision(3);
}

if (import.meta.main) {
  const table = speedTable();
  fs.writeFileSync(
    readme,
    fs.readFileSync(readme, 'utf8').replace(between, (_, begin: string, _old, end: string) => begin + table + end),
  );
}
