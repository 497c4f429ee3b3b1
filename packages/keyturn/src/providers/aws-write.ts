/**
 * Writing to AWS Secrets Manager so that nobody's change is lost.
 *
 * AWS has no conditional put. But moving the label AWSCURRENT away from the version that was read fails when somebody else has moved it
 * meanwhile. So a new version is put under a label of its own, which no reader asks for, and becomes the current one by that move.
 */
import { randomUUID } from 'node:crypto';
import { ConflictError, InvalidReferenceError, InvalidSecretError, isKeyturnError } from '../core/errors.ts';
import { JsonSourceError } from '../core/json-source.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';
import { changeField } from './json-edit.ts';

export type Call = (operation: string, input: object) => Promise<object | undefined>;

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const mostBytes = 65_536;

interface Version {
  readonly SecretString?: unknown;
  readonly SecretBinary?: unknown;
  readonly VersionId?: unknown;
  readonly VersionStages?: unknown;
}

export class AwsWrite {
  readonly #provider: string;
  readonly #ref: SecretRef;
  readonly #call: Call;

  constructor(provider: string, ref: SecretRef, call: Call) {
    this.#provider = provider;
    this.#ref = ref;
    this.#call = call;
  }

  /** Answers the id of the new version. */
  async set(value: string | Uint8Array): Promise<string> {
    const { field } = this.#ref;
    const current = await this.#current();
    if (field === undefined) return this.#put(typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }, current);
    if (typeof value !== 'string') throw this.#invalid('takes text in a field, not bytes', 'Write the bytes as the whole secret.');
    return this.#put({ SecretString: this.#changed(current, field, value) as string }, current);
  }

  /** The whole secret stays recoverable for 30 days. `false` when there was none. */
  async delete(): Promise<boolean> {
    const { field } = this.#ref;
    if (field === undefined) return (await this.#call('DeleteSecret', { SecretId: this.#ref.name })) !== undefined;
    const current = await this.#current();
    const text = current && this.#changed(current, field, undefined);
    if (text === undefined) return false;
    await this.#put({ SecretString: text }, current);
    return true;
  }

  async #current(): Promise<Version | undefined> {
    if (this.#ref.version !== undefined) {
      const ref = formatRef(this.#ref);
      throw new InvalidReferenceError(`${ref}: a version cannot be written.`, {
        ref,
        provider: this.#provider,
        hint: 'Write to the name; AWS makes a new version.',
      });
    }
    return this.#call('GetSecretValue', { SecretId: this.#ref.name, VersionStage: 'AWSCURRENT' });
  }

  /** The document with the field changed, or `undefined` when there was nothing to delete. */
  #changed(current: Version | undefined, field: string, value: string | undefined): string | undefined {
    if (!current) return value === undefined ? undefined : changeField('{}', field, value);
    try {
      if (typeof current.SecretString === 'string') return changeField(current.SecretString, field, value);
    } catch (error) {
      if (!(error instanceof JsonSourceError)) throw error;
    }
    throw this.#invalid('is no JSON object, so it has no fields', 'Write the whole secret.');
  }

  async #put(content: { SecretString: string } | { SecretBinary: Uint8Array }, current: Version | undefined): Promise<string> {
    const [value] = Object.values(content) as [string | Uint8Array];
    const size = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
    if (size === 0 || size > mostBytes) throw this.#invalid(`would have ${size} bytes`, `AWS takes 1 to ${mostBytes}.`);
    // The token of a request becomes the id of the version that it makes.
    const version = randomUUID();
    // What is there and has no current version has no value yet, as infrastructure tools leave it.
    if (!current && (await this.#create(content, version))) return version;
    const SecretId = this.#ref.name;
    const label = `keyturn-${version}`;
    const put = (await this.#call('PutSecretValue', { SecretId, ClientRequestToken: version, VersionStages: [label], ...content })) as Version | undefined;
    if (!put) throw this.#conflict('was deleted meanwhile');
    try {
      // AWS makes the first version of a secret the current one by itself.
      if (!Array.isArray(put.VersionStages) || !put.VersionStages.includes('AWSCURRENT'))
        await this.#move('AWSCURRENT', { MoveToVersionId: version, ...(current && { RemoveFromVersionId: current.VersionId }) });
    } catch (error) {
      if (isKeyturnError(error) && (error.code === 'INVALID_REFERENCE' || error.code === 'INVALID_SECRET'))
        throw this.#conflict('was changed by somebody else meanwhile');
      throw error;
    } finally {
      // A version without a label is nobody's, and AWS removes it in time.
      await this.#move(label, { RemoveFromVersionId: version }).catch(() => undefined);
    }
    return version;
  }

  /** `false` when there is one of that name already. */
  async #create(content: object, version: string): Promise<boolean> {
    if (this.#ref.name.startsWith('arn:')) {
      const ref = formatRef(this.#ref);
      throw new InvalidReferenceError(`${ref}: there is no such secret, and one cannot be made by its ARN.`, {
        ref,
        provider: this.#provider,
        hint: 'Write to its name.',
      });
    }
    let created: object | undefined;
    try {
      created = await this.#call('CreateSecret', { Name: this.#ref.name, ClientRequestToken: version, ...content });
    } catch (error) {
      if (isKeyturnError(error) && error.code === 'CONFLICT') return false;
      throw error;
    }
    if (!created) throw this.#conflict('is marked for deletion', 'Restore it first: aws secretsmanager restore-secret.');
    return true;
  }

  async #move(VersionStage: string, where: object): Promise<void> {
    if (!(await this.#call('UpdateSecretVersionStage', { SecretId: this.#ref.name, VersionStage, ...where }))) throw this.#conflict('was deleted meanwhile');
  }

  #conflict(what: string, hint = 'Nothing was changed: read it again, and write again.'): ConflictError {
    const ref = formatRef(this.#ref);
    return new ConflictError(`${ref}: ${this.#provider} did not write it, because it ${what}.`, { ref, provider: this.#provider, hint });
  }

  #invalid(what: string, hint: string): InvalidSecretError {
    const ref = formatRef(this.#ref);
    return new InvalidSecretError(`${ref}: ${this.#provider} did not write it: the secret ${what}.`, { ref, provider: this.#provider, hint });
  }
}
