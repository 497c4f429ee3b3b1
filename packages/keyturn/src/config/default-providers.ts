/** The chain when nothing else is said: the environment, then the user's own secrets file. */
import type { ProviderConfig } from './config.ts';

export const defaultProviders: readonly ProviderConfig[] = [
  { kind: 'env', options: {} },
  { kind: 'file', options: {} },
];
