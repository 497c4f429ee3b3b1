import { expect, test } from 'vitest';
import { nearest, plainWords } from '../../src/core/nearest.ts';
import { createSecrets } from '../../src/index.ts';
import { env } from '../../src/providers/env.ts';
import { memory } from '../../src/providers/memory.ts';

test('the nearest name is one that a hand could have slipped from', () => {
  const known = ['ttl', 'maxEntries', 'staleIfError', 'file', 'env'];
  expect(nearest('tll', known)).toBe('ttl');
  expect(nearest('maxentires', known)).toBe('maxEntries');
  expect(nearest('fiel', known)).toBe('file');
  expect(nearest('password', known)).toBeUndefined();
  expect(nearest('x', known)).toBeUndefined();
});

test('the name of a field is told only when it is a plain word: another may be a token that the document is keyed by', () => {
  expect(plainWords(['password', 'user_name', 'tok_8f3a', 'a@example.com', 'x'.repeat(33), ''])).toEqual(['password', 'user_name']);
});

const secrets = (document: string) => createSecrets({ providers: [env({ env: {} }), memory({ 'prod/db': document })] });

test('a misspelt field names the right one, and never one that is null, far away or no word', async () => {
  const hintOf = async (ref: string) =>
    (
      (await secrets('{"password":"canary","passwort":null,"tok_8f3a":"x"}')
        .get(ref)
        .catch((error: unknown) => error)) as { hint: string }
    ).hint;
  expect(await hintOf('prod/db#pasword')).toMatch(/^Did you mean password\? /);
  expect(await hintOf('prod/db#passwort')).toMatch(/^Did you mean password\? /);
  expect(await hintOf('prod/db#tok_8f3b')).not.toMatch(/Did you mean|tok_/);
  expect(await hintOf('prod/db#port')).not.toMatch(/Did you mean/);
});

test('a misspelt provider or option names the right one before all of them', async () => {
  const chain = secrets('x');
  await expect(chain.get('memry://prod/db')).rejects.toMatchObject({ hint: expect.stringMatching(/^Did you mean memory\? There are env, memory/) as string });
  await expect(chain.list('', 'memry')).rejects.toMatchObject({ hint: expect.stringMatching(/^Did you mean memory\? /) as string });
  expect(() => createSecrets({ providers: [env()], staleIfEror: '1h' } as never)).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/^Did you mean staleIfError\? It takes /) as string }),
  );
  expect(() => createSecrets({ providers: [env()], onUnavailable: { emv: 'next' } })).toThrow(
    expect.objectContaining({ hint: 'Did you mean env? There are env.' }),
  );
});
