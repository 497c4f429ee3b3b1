/** `keyturn explain REF`: where a secret would come from, and why. Never its value. */
import type { Held } from '../../cache/stats.ts';
import type { Step } from '../../chain.ts';
import type { Explanation } from '../../explain.ts';
import type { Answer } from '../answers.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { type CommonOptions, withSecrets } from '../session.ts';
import { harmless, type Terminal } from '../terminal.ts';

export async function explain(ref: string, options: CommonOptions, terminal: Terminal): Promise<number> {
  const { told, file } = await withSecrets(options, terminal, async (secrets, config) => ({ told: await secrets.explain(ref), file: config.file }));
  terminal.write(options.json ? `${JSON.stringify(told satisfies Answer<'explain'>)}\n` : `${asText(told, file, terminal.hasColour)}\n`);
  if (told.outcome === 'found') return exitCodes.done;
  return told.outcome === 'absent' ? exitCodes.secret : exitCodeOf(told.error?.code ?? '');
}

const colours: Readonly<Record<Step['outcome'], string>> = { found: '32', failed: '31', absent: '33', 'no match': '2', 'not asked': '2' };

function asText(told: Explanation, file: string | undefined, hasColour: boolean): string {
  const width = Math.max(...told.steps.map(({ provider }) => provider.length), 0);
  const rows = told.steps.flatMap((step) => {
    const outcome = step.outcome.padEnd('not asked'.length);
    const time = step.durationMs === undefined ? '' : `  ${step.durationMs.toFixed(1)} ms`;
    const row = `  ${step.provider.padEnd(width)}  ${hasColour ? `\x1b[${colours[step.outcome]}m${outcome}\x1b[0m` : outcome}${time}`;
    const indent = ' '.repeat(width + 4);
    return [row.trimEnd(), ...[step.code && `${step.code}: ${step.message ?? ''}`, step.hint].filter(Boolean).map((line) => indent + harmless(line!))];
  });
  return [
    harmless(told.ref),
    ...rows,
    '',
    `Configuration: ${harmless(file ?? 'none; the environment, then your own secrets file')}.`,
    `Cache: ${cacheText(told.cache)}.`,
    harmless(because(told)),
  ].join('\n');
}

function cacheText(held: Held): string {
  if (held.state === 'nothing') return 'held nothing; the command starts empty each time';
  return held.state === 'absent' ? 'held that it is absent' : `held a ${held.state} value`;
}

/** The closing sentence. */
function because({ ref, outcome, provider, version, steps, error }: Explanation): string {
  const before = steps.slice(
    0,
    steps.findIndex((step) => step.outcome === 'found' || step.outcome === 'failed'),
  );
  const passed = before.map((step) => `${step.provider} ${reasons[step.outcome]}`);
  const isNamed = /^[a-z][a-z0-9-]*:\/\//.test(ref);
  const after = isNamed ? 'it is asked by name' : passed.length === 0 ? 'it is asked first' : listed(passed);
  if (outcome === 'found') return `${ref} comes from ${provider!}${version === undefined ? '' : `, version ${version}`}, because ${after}.`;
  if (error && outcome === 'absent') return `${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`;
  if (outcome === 'absent') return `${ref} is nowhere: ${listed(steps.map((step) => `${step.provider} ${reasons[step.outcome]}`))}.`;
  const failed = steps.find((step) => step.outcome === 'failed');
  if (failed) return `${ref} cannot be had: ${failed.provider} failed, and no later provider may stand in for it.`;
  return `${error?.message ?? `${ref} cannot be had.`}${error?.hint === undefined ? '' : ` ${error.hint}`}`;
}

const reasons: Readonly<Record<Step['outcome'], string>> = {
  found: 'has it',
  absent: 'has none',
  'no match': 'is not asked for this name',
  'not asked': 'was not asked',
  failed: 'failed',
};

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? 'there is no provider') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}
