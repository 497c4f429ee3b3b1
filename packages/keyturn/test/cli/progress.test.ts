/** A server that answers when it is told to, and what a person sees meanwhile. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ended, quoted, type Sandbox, sandbox } from './keyturn.ts';
import { hasScript, screen } from './screen.ts';

const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-test' };

async function slowServer(box: Sandbox) {
  const waiting: http.ServerResponse[] = [];
  const server = http.createServer((_, response) => waiting.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  box.file('aws.yaml', `providers:\n  - env:\n  - aws-secrets-manager: { region: eu-west-1, endpoint: "${url}" }\n`);
  return {
    answer() {
      for (const response of waiting.splice(0))
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"Name":"prod/db","VersionId":"v1","SecretString":"the-answer"}');
    },
  };
}

test.skipIf(!hasScript)('a person sees who is waited for, and the line is gone before the answer', async () => {
  const box = sandbox();
  const server = await slowServer(box);
  const { shown, code } = await screen(box, 'keyturn get prod/db --config aws.yaml', {
    env: credentials,
    onShown: (text) => {
      if (text.includes('waiting for')) server.answer();
    },
  });
  expect(code).toBe(0);
  expect(shown).toMatch(/^(?:keyturn: waiting for aws-secrets-manager … \d s\r\x1b\[K)+the-answer\n$/);
});

test.skipIf(!hasScript)('it is gone before an error too, and before the command that run starts', async () => {
  const box = sandbox();
  const server = await slowServer(box);
  const env = { ...credentials, KEYTURN_ATTEMPT_TIMEOUT: '1500ms' };
  expect((await screen(box, 'keyturn get prod/db --config aws.yaml', { env })).shown).toMatch(/ s\r\x1b\[K\x1b\[31mkeyturn:\x1b\[0m prod\/db/);
  const { shown } = await screen(box, 'keyturn run --config aws.yaml --env A=prod/db -- echo started', {
    env: credentials,
    onShown: (text) => {
      if (text.includes('waiting for')) server.answer();
    },
  });
  expect(shown).toMatch(/ s\r\x1b\[Kstarted\n$/);
});

test.skipIf(!hasScript)('with --json, or on a terminal that cannot take a line away, nothing is shown', async () => {
  const box = sandbox();
  await slowServer(box);
  const env = { ...credentials, KEYTURN_ATTEMPT_TIMEOUT: '1500ms' };
  const json = await screen(box, 'keyturn get prod/db --json --config aws.yaml', { env });
  expect(JSON.parse(json.shown)).toMatchObject({ error: { code: 'PROVIDER_UNAVAILABLE' } });
  expect((await screen(box, 'keyturn get prod/db --config aws.yaml', { env: { ...env, TERM: 'dumb' } })).shown).toMatch(/^keyturn: prod\/db/);
});

test('where nobody looks nothing is shown', async () => {
  const box = sandbox();
  await slowServer(box);
  const child = box.start(['get', 'prod/db', '--config', 'aws.yaml'], { env: { ...credentials, KEYTURN_ATTEMPT_TIMEOUT: '1500ms' } });
  let told = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (told += text));
  expect(await ended(child)).toEqual({ code: 2, signal: null });
  expect(told).toMatch(/^keyturn: prod\/db/);
  expect(told).not.toContain('waiting');
});

test.skipIf(!hasScript)('whatever else is written takes the line away first, and nothing is taken away twice', async () => {
  const module = JSON.stringify(join(import.meta.dirname, '../../src/cli/terminal.ts'));
  const program = `const { systemTerminal } = await import(${module}); const terminal = systemTerminal();
    terminal.show('one'); terminal.write('answer\\n'); terminal.write('more\\n'); terminal.show('two'); terminal.say('said');
    terminal.show('x'.repeat(200)); terminal.show(''); terminal.showNothing(); terminal.show('three');`;
  const { shown } = await screen(sandbox(), `${quoted(process.execPath)} --disable-warning=ExperimentalWarning --input-type=module -e ${quoted(program)}`);
  expect(shown).toBe(`one\r\x1b[Kanswer\nmore\ntwo\r\x1b[Ksaid\n${'x'.repeat(79)}\r\x1b[K`);
});
