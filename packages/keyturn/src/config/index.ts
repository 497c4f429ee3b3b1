/** `keyturn/config`: the configuration file and the KEYTURN_ variables, for programs that want to follow them. */
export { createFromConfig } from './create.ts';
export { loadConfig } from './load.ts';
export { settings } from './settings.ts';
export type { Config, ProviderConfig } from './config.ts';
export type { CreateOptions } from './create.ts';
export type { LoadOptions } from './load.ts';
export type { Setting, SettingType } from './settings.ts';
