import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formsOf, isWorthHiding } from '../../src/redaction/forms.ts';
import { Scrubber } from '../../src/redaction/index.ts';

const secret = `Tr0ub4dor&3/+?=%'"<é>\\ 密`;

const writers: Record<string, (value: string) => string> = {
  'as it is': (value) => value,
  'with space around': (value) => `  ${value}\n`,
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 without padding': (value) => Buffer.from(value).toString('base64').replace(/=+$/, ''),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  hex: (value) => Buffer.from(value).toString('hex'),
  'upper-case hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  encodeURIComponent: (value) => encodeURIComponent(value),
  'lower-case percent': (value) => encodeURIComponent(value).replaceAll(/%../g, (code) => code.toLowerCase()),
  'percent twice': (value) => encodeURIComponent(encodeURIComponent(value)),
  URLSearchParams: (value) => new URLSearchParams({ value }).toString().slice('value='.length),
  JSON: (value) => JSON.stringify({ value }),
  'JSON in JSON': (value) => JSON.stringify(JSON.stringify({ value })),
  'JSON of PHP': (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  'JSON in ASCII': (value) => JSON.stringify(value).replaceAll(/[^\0-\x7F]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  inspect: (value) => inspect({ value }),
  'a single-quoted shell word': (value) => `'${value.replaceAll(`'`, `'\\''`)}'`,
  HTML: (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll(`'`, '&#39;'),
};

for (const [name, write] of Object.entries(writers)) {
  test(`a value written ${name} is hidden`, () => {
    const scrubber = new Scrubber();
    scrubber.add(secret);
    const written = write(secret);
    const around = write('');
    const shown = scrubber.scrub(`<${written}>`);
    expect(shown).toContain('[redacted]');
    expect(shown.replace('[redacted]', '').length).toBeLessThanOrEqual(around.length + 2);
  });

  test(`any value written ${name} is hidden whole`, () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }), (value) => {
        fc.pre(isWorthHiding(value) && value.isWellFormed());
        const scrubber = new Scrubber();
        scrubber.add(value);
        // Whatever is left is what the writer puts around any value.
        const left = scrubber.scrub(write(value)).replace('[redacted]', '');
        expect(left.length).toBeLessThanOrEqual(write('').length);
      }),
    );
  });
}

test('a user and a password in a URL are hidden as URL writes them', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6, maxLength: 30, unit: 'binary-ascii' }), (value) => {
      fc.pre(isWorthHiding(value));
      const url = new URL('https://host/');
      url.username = value;
      url.password = value;
      const scrubber = new Scrubber();
      scrubber.add(value);
      expect(scrubber.scrub(url.href)).toBe('https://[redacted]:[redacted]@host/');
    }),
  );
});

test('a value in a query is hidden as URL writes it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6, maxLength: 30, unit: 'binary-ascii' }), (value) => {
      fc.pre(isWorthHiding(value) && !/[#\t\r\n]/.test(value) && value.trim() === value);
      const scrubber = new Scrubber();
      scrubber.add(value);
      expect(scrubber.scrub(new URL(`https://host/?q=${value}&end`).href)).toBe('https://host/?q=[redacted]&end');
    }),
  );
});

test('a password in a Basic header is hidden, whatever the length of the user before it', () => {
  for (const user of ['a', 'ab', 'abc', 'abcd', 'a longer one']) {
    for (const password of ['hunter2-hunter2', 'hunter2-hunter22', 'hunter2-hunter222']) {
      const scrubber = new Scrubber();
      scrubber.add(password);
      const header = Buffer.from(`${user}:${password}`).toString('base64');
      const left = scrubber.scrub(header);
      const shown = Buffer.from(left.replace('[redacted]', ''), 'base64').toString('latin1');
      expect(left).toContain('[redacted]');
      expect(shown.startsWith(`${user}:`.slice(0, -1))).toBe(true);
      expect(shown.length).toBeLessThanOrEqual(user.length + 2);
    }
  }
});

test('a value in the middle of something base64 is hidden, at every alignment on both sides', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  for (const before of ['', 'a', 'ab', 'abc']) {
    for (const after of ['xyz', 'x?', '~']) {
      const shown = scrubber.scrub(Buffer.from(`${before}hunter2-hunter2${after}`).toString('base64'));
      expect(shown.replace('[redacted]', '').length).toBeLessThanOrEqual(Math.ceil(((before.length + after.length) * 8) / 6) + 4);
    }
  }
});

test('bytes that are not text are hidden too, in base64, hex and percent', () => {
  const bytes = Buffer.from('00ff80fe017f90aabbcc', 'hex');
  const scrubber = new Scrubber();
  scrubber.add(bytes);
  const stream = scrubber.stream();
  expect(Buffer.concat([stream.write(Buffer.concat([Buffer.from('<'), bytes, Buffer.from('>')])), stream.end()]).toString()).toBe('<[redacted]>');
  for (const encoding of ['base64', 'base64url', 'hex'] as const) expect(scrubber.scrub(`<${bytes.toString(encoding)}>`)).toBe('<[redacted]>');
});

test('a key is hidden when it is indented, line by line, or wrapped in base64', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHU\n'.repeat(3)}-----END PRIVATE KEY-----\n`;
  const scrubber = new Scrubber();
  scrubber.add(key);
  expect(scrubber.scrub(key.trim())).toBe('[redacted]');
  expect(scrubber.scrub(key.replaceAll('\n', '\r\n'))).not.toMatch(/QUJD|PRIVATE/);
  expect(scrubber.scrub(key.replaceAll(/^/gm, '  | '))).not.toMatch(/QUJD|PRIVATE/);
  const wrapped = (width: number) =>
    Buffer.from(key)
      .toString('base64')
      .replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n');
  for (const width of [64, 76]) expect(scrubber.scrub(wrapped(width)).replaceAll('[redacted]', '').trim()).toBe('');
});

test('ordinary values stay, unless it is asked for', () => {
  for (const value of ['', 'yes', 'true', 'false', 'admin', '5432', '12345', '12.345', '-1.25e3', '1e0009']) {
    const scrubber = new Scrubber();
    scrubber.add(value);
    expect(scrubber.scrub(`value ${value}.`)).toBe(`value ${value}.`);
    scrubber.add(value, { always: true });
    expect(scrubber.scrub(`value ${value}.`)).toBe(value === '' ? 'value .' : 'value [redacted].');
  }
  for (const value of ['123456', '123.456', 'admin1', '密码']) expect(isWorthHiding(value)).toBe(true);
});

test('a large value is hidden whole, and in part when only a part is shown', () => {
  const value = Array.from({ length: 3_000 }, (_, index) => `${index}-`).join('');
  const scrubber = new Scrubber();
  scrubber.add(value);
  expect(scrubber.scrub(`<${value}>`)).toBe('<[redacted]>');
  expect(scrubber.scrub(`<${value.slice(0, 8_000)}>`).length).toBeLessThan(520);
});

test('no form of a value is longer than half a kilobyte, and few values have many forms', () => {
  expect(Math.max(...formsOf('x7'.repeat(50_000), { lines: true }).map((form) => form.length))).toBeLessThanOrEqual(512);
  expect(formsOf('hunter2-hunter2', { lines: true }).length).toBeLessThan(20);
});
