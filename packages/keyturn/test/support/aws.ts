/** What every test of a provider of AWS begins with: credentials that no AWS knows, nothing of this machine's own, and every provider closed. */
import { afterEach, beforeEach, vi } from 'vitest';
import type { Provider } from '../../src/core/provider.ts';
import { awsSecretsManager, type AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';

export const region = 'eu-west-1';

const opened: Provider[] = [];

/** To be called once at the top of a test file. */
export function asAwsAlone(): void {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'testing');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'testing');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL']) vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (one) => one.close?.()));
  });
}

/** Closed after the test. */
export function awsProvider(options: AwsSecretsManagerOptions): Provider {
  const made = awsSecretsManager(options);
  opened.push(made);
  return made;
}

export const reading = (signal = new AbortController().signal) => ({ signal, deadline: Infinity });
