/** What comes back from a read: no text, until somebody asks for it. */
import { expectTypeOf } from 'vitest';
import { type Explanation, formatRef, parseRef, Redacted, Secret, type SecretRef, type Secrets } from '../../src/index.ts';
import type { Listed, Written } from '../../src/index.ts';

export async function reads(secrets: Secrets): Promise<void> {
  expectTypeOf(await secrets.get('prod/db#password', { maxAge: '1m', timeout: '1s', signal: new AbortController().signal })).toEqualTypeOf<Secret>();
  expectTypeOf(await secrets.get({ name: 'prod/db', field: 'password' })).toEqualTypeOf<Secret>();
  expectTypeOf(await secrets.find('prod/db')).toEqualTypeOf<Secret | undefined>();
  expectTypeOf(await secrets.fields('prod/db')).toEqualTypeOf<Record<string, Secret>>();
  expectTypeOf(secrets.peek('prod/db')).toEqualTypeOf<Secret | undefined>();
  expectTypeOf(await secrets.refresh('prod/db')).toEqualTypeOf<Secret>();
  expectTypeOf(await secrets.prefetch(['prod/db', { name: 'prod/api' }], { onError: 'warn', force: true })).toEqualTypeOf<(Secret | undefined)[]>();
  expectTypeOf(secrets.invalidate('prod/db')).toEqualTypeOf<Promise<number>>();
  expectTypeOf(secrets.invalidate({ prefix: 'prod/', provider: 'vault' })).toEqualTypeOf<Promise<number>>();
  expectTypeOf(secrets.clear()).toEqualTypeOf<Promise<number>>();
  expectTypeOf(await secrets.set('prod/db', new Uint8Array())).toEqualTypeOf<Written>();
  expectTypeOf(await secrets.delete('prod/db')).toEqualTypeOf<boolean>();
  expectTypeOf(await secrets.list('prod/')).toEqualTypeOf<readonly Listed[]>();
  expectTypeOf(await secrets.explain('prod/db')).toEqualTypeOf<Explanation>();
  expectTypeOf(secrets.isAvailable('vault')).toEqualTypeOf<Promise<boolean>>();
  expectTypeOf(secrets.close()).toEqualTypeOf<Promise<void>>();

  // @ts-expect-error A number is no time: it may be seconds or milliseconds.
  await secrets.get('prod/db', { maxAge: 60_000 });
  // @ts-expect-error An option of another library.
  await secrets.get('prod/db', { forceRefresh: true });
  // @ts-expect-error What is written is text or bytes; JSON is the caller's to make.
  await secrets.set('prod/db', { password: 'value' });
  // @ts-expect-error An object without a name refers to nothing.
  await secrets.get({ field: 'password' });
}

// The value leaves by three doors, and a Secret is not text by accident.
expectTypeOf<Secret>().not.toExtend<string>();
expectTypeOf<Secret['reveal']>().toEqualTypeOf<() => string>();
expectTypeOf<Secret['bytes']>().returns.toExtend<Uint8Array>();
expectTypeOf<Secret['json']>().toEqualTypeOf<() => unknown>();
expectTypeOf<Secret['field']>().toEqualTypeOf<(name: string) => Secret>();
expectTypeOf<Pick<Secret, 'ref' | 'version' | 'provider' | 'fetchedAt' | 'ageMs' | 'stale' | 'fallback'>>().toEqualTypeOf<{
  readonly ref: SecretRef;
  readonly version: string | undefined;
  readonly provider: string;
  readonly fetchedAt: number;
  readonly ageMs: number;
  readonly stale: boolean;
  readonly fallback: boolean;
}>();

export function immutable(secret: Secret, password: (text: string) => void): void {
  // @ts-expect-error It is shared by all who asked.
  secret.version = 'v2';
  // @ts-expect-error Its value is taken by reveal().
  password(secret);
}

// A provider of one's own makes them.
export const made = new Secret({ ref: { name: 'prod/db' }, value: 'value', provider: 'mine' });
expectTypeOf(made).toEqualTypeOf<Secret>();

expectTypeOf(parseRef('prod/db')).toEqualTypeOf<SecretRef>();
expectTypeOf(formatRef).toEqualTypeOf<(ref: SecretRef) => string>();
expectTypeOf<Redacted>().not.toExtend<string>();
