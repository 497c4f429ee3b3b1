/** AWS Secrets Manager keeps the contract, against moto and what moto cannot say. */
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { awsSecretsManager } from '../../src/providers/aws-secrets-manager.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, region } from '../support/aws.ts';
import { type AwsRelay, refusals, startAwsRelay } from './aws-relay.ts';
import { everywhere } from './everywhere.ts';

asAwsAlone();

const secretKey = 'secret-key-of-this-test';

describe.skipIf(!needs('moto'))('against moto', () => {
  let moto: Moto;
  let admin: SecretsManagerClient;
  let relay: AwsRelay;
  /** The value that was put last: what a careless server quotes. */
  let said = '';

  beforeAll(async () => {
    moto = await startMoto();
    relay = await startAwsRelay(moto.url);
    admin = new SecretsManagerClient({ endpoint: moto.url, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
  });
  afterAll(async () => {
    admin.destroy();
    await relay.close();
    await moto.stop();
  });

  const put = async (name: string, value: string | Uint8Array) => {
    const content = typeof value === 'string' ? { SecretString: value } : { SecretBinary: value };
    said = String(value);
    try {
      await admin.send(new CreateSecretCommand({ Name: name, ...content }));
    } catch {
      await admin.send(new PutSecretValueCommand({ SecretId: name, ...content }));
    }
  };

  everywhere('AWS Secrets Manager', {
    powers: ['getMany', 'set', 'delete', 'list', 'versionOf', 'check', 'close'],
    async place(options) {
      await moto.control('reset');
      relay.instead = undefined;
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretKey);
      return {
        provider: awsSecretsManager({ ...options, endpoint: relay.url, region }),
        credentials: [secretKey],
        put,
        async remove(name) {
          await admin.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
        },
      };
    },
    cannotHold: { empty: 'AWS takes no empty value' },
    faults: {
      unavailable() {
        relay.instead = () => refusals.unavailable(said);
      },
      login() {
        relay.instead = () => refusals.login(said);
      },
      denied(_, name) {
        relay.instead = (_, body) => (body.includes(`"${name}"`) ? refusals.denied(said) : undefined);
      },
      invalid(_, name) {
        relay.instead = (operation, body) => (operation === 'GetSecretValue' && body.includes(`"${name}"`) ? refusals.withoutValue(said) : undefined);
      },
      silent() {
        relay.instead = 'silence';
      },
      conflict(_, name) {
        relay.instead = async (operation) => {
          if (operation === 'UpdateSecretVersionStage') await put(name, 'of somebody else');
          return undefined;
        };
      },
      recover() {
        relay.instead = undefined;
      },
    },
    asked: () => relay.asked,
  });
});
