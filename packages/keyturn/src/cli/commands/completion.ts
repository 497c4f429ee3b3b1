/** `keyturn completion SHELL`: a script that completes commands, options and what they take, from the program's own description. */
import type { Command } from 'commander';
import { defaultProviders } from '../../config/default-providers.ts';
import type { Answer } from '../answers.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { levelsOf } from '../completion/spec.ts';
import { zshScript } from '../completion/zsh.ts';
import { exitCodes } from '../exit-codes.ts';
import { type CommonOptions, configurationOf } from '../session.ts';
import type { Terminal } from '../terminal.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** @param program all of it, with every command */
export async function completion(what: string, options: CommonOptions, terminal: Terminal, program: Command): Promise<number> {
  if (what === 'providers') {
    const names = await providerNames(options);
    terminal.write(options.json ? `${JSON.stringify({ items: names } satisfies Answer<'completion providers'>)}\n` : names.map((name) => `${name}\n`).join(''));
    return exitCodes.done;
  }
  const script = scripts[what as keyof typeof scripts](levelsOf(program));
  terminal.write(options.json ? `${JSON.stringify({ shell: what, script } satisfies Answer<'completion'>)}\n` : script);
  return exitCodes.done;
}

/** Asked by the scripts: what a reference may begin with. */
async function providerNames(options: CommonOptions): Promise<string[]> {
  const { providers = defaultProviders } = await configurationOf(options);
  return providers.map(({ kind, options: { name = kind } }) => String(name));
}
