/** The tables of docs/configuration.md as the code has them. After a change of the settings: `node packages/keyturn/test/pages/settings-tables.ts` prints them. */
import { commonTexts, type OptionText, providerTexts } from '../../src/config/setting-texts.ts';
import { commonOptions, type OptionType, type ProviderKind, providerOptions, settings, variableOf } from '../../src/config/settings.ts';

/** Each with the heading that it stands below. */
export function settingsTables(): readonly { readonly heading: string; readonly table: string }[] {
  return [
    { heading: '## Settings', table: settingsTable() },
    { heading: '## Options of every provider', table: optionsTable(commonOptions, commonTexts) },
    ...(Object.keys(providerOptions) as ProviderKind[]).map((kind) => ({
      heading: `### ${kind}`,
      table: optionsTable(providerOptions[kind], providerTexts[kind].options),
    })),
  ];
}

function settingsTable(): string {
  const rows = settings.map(({ path, type, default: text, help }) => [
    `\`${path}\``,
    typeof type === 'string' ? type : type.map((word) => `\`${word}\``).join(', '),
    `\`${text}\``,
    `\`${variableOf(path)}\``,
    help,
  ]);
  return table(['setting', 'type', 'default', 'variable', ''], rows);
}

function optionsTable(types: Readonly<Record<string, OptionType>>, texts: Readonly<Record<string, OptionText>>): string {
  const rows = Object.entries(types).map(([option, type]) => {
    const { help, default: text } = texts[option]!;
    return [`\`${option}\``, type, text === undefined ? '' : `\`${text}\``, help.replaceAll('*', '\\*')];
  });
  return table(['option', 'type', 'default', ''], rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [`| ${heads.join(' | ')} |`.replaceAll('|  |', '| |'), `|${heads.map(() => '---|').join('')}`, ...rows.map((row) => `| ${row.join(' | ')} |`)]
    .map((line) => line.replaceAll('|  |', '| |'))
    .join('\n');
}

if (import.meta.main) for (const { heading, table } of settingsTables()) console.log(`${heading}\n\n${table}\n`);
