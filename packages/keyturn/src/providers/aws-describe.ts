/** What AWS Secrets Manager tells about its secrets without a value: names, versions, and when the next rotation comes. */
import { InvalidSecretError, UnsupportedError } from '../core/errors.ts';
import type { VersionInfo } from '../core/provider.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';

/** What DescribeSecret answers, as far as it is used. Nothing of it is trusted to have its type. */
interface Description {
  readonly DeletedDate?: unknown;
  readonly NextRotationDate?: unknown;
  readonly RotationEnabled?: unknown;
  readonly VersionIdsToStages?: unknown;
}

interface Page {
  readonly SecretList?: unknown;
  readonly NextToken?: unknown;
}

/** So many answers of "you may not describe it" are remembered. */
const mostRefusals = 1_000;

/** Secrets that may be read and not described: each is asked about once. */
export class Refusals {
  readonly #names = new Map<string, Error>();

  /** @throws what AWS answered when it was asked */
  check(name: string): void {
    const refusal = this.#names.get(name);
    if (refusal) throw refusal;
  }

  remember(name: string, refusal: Error): void {
    if (this.#names.size >= mostRefusals) this.#names.clear();
    this.#names.set(name, refusal);
  }
}

/**
 * The version that a read of `ref` would give; `undefined` for a secret that is marked for deletion, which AWS goes on describing.
 * @throws UnsupportedError when the description does not tell
 */
export function versionIn(description: Description, ref: SecretRef, provider: string): VersionInfo | undefined {
  const { DeletedDate, VersionIdsToStages: versions } = description;
  if (DeletedDate !== undefined && DeletedDate !== null) return undefined;
  const stage = ref.version ?? 'AWSCURRENT';
  for (const [version, stages] of Object.entries(typeof versions === 'object' && versions !== null ? versions : {})) {
    if (version === stage) return { version };
    if (Array.isArray(stages) && stages.includes(stage)) return { version, expiresAt: stage === 'AWSCURRENT' ? nextRotation(description) : undefined };
  }
  throw new UnsupportedError(`${formatRef(ref)}: ${provider} does not tell which version it is.`, {
    ref: formatRef(ref),
    provider,
    hint: 'It is read instead.',
  });
}

/**
 * In ms since 1970. AWS: "the latest date that rotation will occur"; in the past when rotations fail.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
 */
function nextRotation({ RotationEnabled, NextRotationDate }: Description): number | undefined {
  const at = NextRotationDate instanceof Date && RotationEnabled !== false ? NextRotationDate.getTime() : NaN;
  return Number.isFinite(at) ? at : undefined;
}

/** So many names a page, as AWS gives at most; and in all, in characters, with a thousand for each page: above the 500,000 secrets that an account may have. */
const mostOfPage = 100;
const mostListed = 32 * 1_048_576;

/**
 * Names that begin with `prefix`, page by page.
 * @throws InvalidSecretError when AWS's list is none, or has no end
 */
export async function namesFrom(prefix: string, provider: string, call: (input: object) => Promise<object | undefined>): Promise<string[]> {
  const nonsense = (what: string) =>
    new InvalidSecretError(`${provider} answered a list ${what}.`, { provider, hint: 'Something else than AWS may have answered: check the endpoint.' });
  const names: string[] = [];
  // AWS takes a leading "!" for "not".
  const filter = prefix === '' || prefix.startsWith('!') ? {} : { Filters: [{ Key: 'name', Values: [prefix] }] };
  let token: unknown;
  let size = 0;
  do {
    const page = (await call({ MaxResults: mostOfPage, ...filter, ...(token !== undefined && { NextToken: token }) })) as Page | undefined;
    const entries = page?.SecretList ?? [];
    if (!Array.isArray(entries) || entries.length > mostOfPage) throw nonsense('that is none');
    for (const entry of entries) {
      const name: unknown = (entry as { Name?: unknown } | null)?.Name;
      if (typeof name !== 'string' || !name.startsWith(prefix)) continue;
      names.push(name);
      size += name.length;
    }
    size += 1_000;
    if (size > mostListed || (token !== undefined && page?.NextToken === token)) throw nonsense('without an end');
    token = page?.NextToken;
  } while (typeof token === 'string' && token !== '');
  return names;
}
