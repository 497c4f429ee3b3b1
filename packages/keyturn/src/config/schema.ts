/**
 * The JSON Schema of the configuration file, made from the one table of settings. The build writes it into the package; the command never loads it.
 *
 * An editor reads YAML by other rules than we do: to it `1000` is a number, to us every scalar is the text that was typed. So the schema takes both.
 */
import {
  commonOptions,
  type OptionType,
  type ProviderKind,
  providerOptions,
  secretOptions,
  type Setting,
  settings,
  type SettingType,
  unavailableWords,
} from './settings.ts';
import { commonTexts, groupTexts, type OptionText, partTexts, providerTexts, runTexts, secretTexts } from './setting-texts.ts';
import { durationText, longestDurationText } from './values.ts';

/** A part of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

export const dialect = 'https://json-schema.org/draft/2020-12/schema';

const longDurations = { type: 'string', maxLength: longestDurationText, pattern: durationText.source };

/** What the settings' types are in JSON. Only `period` and `duration` say less than the code: it also refuses what is over 100 years. */
const definitions = {
  duration: { description: "Text with a unit ('250ms', '30s', '5m', '1h30m'), 0, or 'none'.", anyOf: [{ const: 0 }, longDurations] },
  period: { description: "Text with a unit ('250ms', '30s', '5m', '1h30m'), or 'none'.", ...longDurations, not: { pattern: '^[0.dhms]+$' } },
  count: {
    description: 'A whole number of at least 1.',
    anyOf: [
      { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: '^(?!0+$)[0-9]{1,15}$' },
    ],
  },
  flag: { description: 'true or false; yes and on are neither.', enum: [true, false, 'true', 'false'] },
  text: { description: 'Text. In JSON it stands in quotes.', type: ['string', 'number', 'boolean'], minLength: 1 },
  list: { description: 'A list of texts.', type: 'array', minItems: 1, items: { $ref: '#/$defs/text' } },
} as const satisfies Readonly<Record<string, Schema>>;

const definitionOf = {
  ...{ duration: 'duration', period: 'period', count: 'count', flag: 'flag', list: 'list' },
  ...{ text: 'text', path: 'text', endpoint: 'text', variable: 'text' },
} as const satisfies Readonly<Record<OptionType | Exclude<SettingType, readonly string[]>, keyof typeof definitions>>;

export function configurationSchema(): Schema {
  return {
    $schema: dialect,
    title: 'The configuration of Keyturn',
    description: 'keyturn.yaml or keyturn.json. Everything is optional: what is not said has its default.',
    ...mapping({
      $schema: { type: 'string', minLength: 1, description: 'Where an editor finds this schema.' },
      providers: { description: partTexts.providers, type: 'array', minItems: 1, items: { $ref: '#/$defs/provider' } },
      onUnavailable: { description: partTexts.onUnavailable, ...every({ enum: unavailableWords, default: unavailableWords[0] }) },
      ...plainSettings(),
      secrets: { description: partTexts.secrets, ...every(group(options(secretOptions, secretTexts))) },
      run: {
        description: partTexts.run,
        ...group(Object.fromEntries(Object.entries(runTexts).map(([key, description]) => [key, { description, ...every({ $ref: '#/$defs/text' }) }]))),
      },
    }),
    $defs: { provider: provider(), ...definitions },
  };
}

function plainSettings(): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  for (const setting of settings) {
    if (!setting.path.includes('.')) found[setting.path] = plain(setting);
  }
  for (const [name, help] of Object.entries(groupTexts)) {
    const members = settings.filter(({ path }) => path.startsWith(`${name}.`));
    found[name] = { description: help, ...group(Object.fromEntries(members.map((each) => [each.path.slice(name.length + 1), plain(each)]))) };
  }
  return found;
}

function plain({ type, help, default: text }: Setting): Schema {
  if (typeof type !== 'string') return { description: help, enum: type, default: text };
  return { description: help, $ref: `#/$defs/${definitionOf[type]}`, default: written(type, text) };
}

/** One provider of the list: its kind alone, or its kind with its options. */
function provider(): Schema {
  const kinds = Object.keys(providerOptions) as ProviderKind[];
  return {
    description: 'One provider: its kind, with its options below it.',
    oneOf: [{ enum: kinds }, { ...mapping(Object.fromEntries(kinds.map((kind) => [kind, optionsOf(kind)]))), minProperties: 1, maxProperties: 1 }],
  };
}

function optionsOf(kind: ProviderKind): Schema {
  const { help, options: own } = providerTexts[kind];
  return { description: help, ...group({ ...options(commonOptions, commonTexts), ...options(providerOptions[kind], own) }) };
}

function options(types: Readonly<Record<string, OptionType>>, texts: Readonly<Record<string, OptionText>>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(types).map(([key, type]) => [key, option(type, texts[key]!)]));
}

function option(type: OptionType, { help, default: text, pattern }: OptionText): Schema {
  const shape = pattern ? { type: 'string', pattern: pattern.source } : { $ref: `#/$defs/${definitionOf[type]}` };
  return { description: help, ...shape, ...(text !== undefined && { default: written(type, text) }) };
}

/** A default as it stands in JSON. */
function written(type: OptionType | SettingType, text: string): unknown {
  if (type === 'count') return Number(text);
  return type === 'flag' ? text === 'true' : text;
}

function mapping(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, properties };
}

/** With every line below it commented out, nothing stands behind the colon: that is null to an editor and empty text to us. */
const mayBeEmpty = { type: ['object', 'null', 'string'], maxLength: 0 };

function group(properties: Readonly<Record<string, Schema>>): Schema {
  return { ...mapping(properties), ...mayBeEmpty };
}

/** A mapping whose keys are anybody's names. */
function every(value: Schema): Schema {
  return { additionalProperties: value, ...mayBeEmpty };
}
