import fs from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../pages/workplace.ts';
import { needs } from '../servers/needs.ts';
import { ended, readManifest, Shipped } from './shipped.ts';

/** For each optional peer, a provider that needs it. */
const peers: Record<string, { door: string; make: string; yaml: string }> = {
  '@aws-sdk/client-secrets-manager': {
    door: 'aws-secrets-manager',
    make: `(await import('keyturn/aws-secrets-manager')).awsSecretsManager({ region: 'eu-west-1' })`,
    yaml: '{ region: eu-west-1 }',
  },
  '@aws-sdk/credential-providers': {
    door: 'aws-secrets-manager',
    make: `(await import('keyturn/aws-secrets-manager')).awsSecretsManager({ region: 'eu-west-1', roleArn: 'arn:aws:iam::123456789012:role/reader' })`,
    yaml: '{ region: eu-west-1, roleArn: arn:aws:iam::123456789012:role/reader }',
  },
};

/** Of the command. What is said without it needs a terminal to be seen: test/cli/terminal-masking.test.ts has one. */
const ofTheCommand = ['@lydell/node-pty'];

/** What a program pays that only parses references, in bytes, not minified. */
const mostForOneName = 40_000;

describe.skipIf(!needs('another Node'))('installing the package', () => {
  let shipped: Shipped;
  let project: string;

  beforeAll(() => {
    shipped = new Shipped();
    project = shipped.project();
  });
  afterAll(() => {
    shipped?.remove();
  });

  test('brings commander and yaml and nothing else into an empty project', () => {
    expect(shipped.npmList(project).toSorted()).toEqual(['commander', 'keyturn', 'yaml']);
    expect(Object.keys(shipped.manifest.dependencies)).toEqual(['commander', 'yaml']);
  });

  test('brings exact versions, the ones that the tests run with', () => {
    for (const [name, version] of Object.entries(shipped.manifest.dependencies)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      const here = JSON.parse(fs.readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
      expect(here.version, name).toBe(version);
    }
  });

  test('runs no script: neither ours nor those of what comes along', () => {
    const { packages } = JSON.parse(fs.readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { hasInstallScript?: boolean }> };
    expect(shipped.manifest.scripts).toBe(undefined);
    for (const name of Object.keys(shipped.manifest.dependencies)) {
      const { scripts = {} } = readManifest(join(project, 'node_modules', name));
      for (const script of ['preinstall', 'install', 'postinstall']) expect(scripts, name).not.toHaveProperty(script);
      expect(packages, name).toHaveProperty([`node_modules/${name}`]);
      expect(packages[`node_modules/${name}`]?.hasInstallScript, name).toBe(undefined);
    }
  });

  test('asks for no SDK: every peer is optional, and tried below', () => {
    for (const name of Object.keys(shipped.manifest.peerDependencies)) expect(shipped.manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
    expect(Object.keys(shipped.manifest.peerDependenciesMeta)).toEqual(Object.keys(shipped.manifest.peerDependencies));
    expect([...Object.keys(peers), ...ofTheCommand].toSorted()).toEqual(Object.keys(shipped.manifest.peerDependencies).toSorted());
  });

  test.each(Object.entries(peers))('without %s its provider says how to install it', (name, { door, make, yaml }) => {
    const program = `
      const { createSecrets } = await import('keyturn');
      const secrets = createSecrets({ providers: [${make}] });
      await secrets.get('prod/db').catch(({ code, hint }) => console.log(code, hint));
    `;
    const { stdout } = ended(shipped.run(process.execPath, ['--input-type=module', '-e', program], project));
    expect(stdout).toBe(`CONFIGURATION npm install ${name}\n`);
    fs.writeFileSync(join(project, 'keyturn.yaml'), `providers:\n  - ${door}: ${yaml}\n`, { mode: 0o600 });
    const { code, stderr } = shipped.run('keyturn', ['get', 'prod/db'], project);
    expect(code).toBe(1);
    expect(stderr).toBe(`keyturn: prod/db: ${door} needs ${name}, which is not installed.\n  npm install ${name}\n`);
  });

  async function bundled(program: string, format: 'esm' | 'cjs'): Promise<string> {
    const { outputFiles, warnings, errors } = await build({
      stdin: { contents: program, resolveDir: project },
      ...{ bundle: true, write: false, platform: 'node', target: 'node22.18', format, logLevel: 'silent' },
    });
    expect([...warnings, ...errors]).toEqual([]);
    return outputFiles[0]!.text;
  }

  test.each(['esm', 'cjs'] as const)('a bundle of every door (%s) is made without a warning, and runs', async (format) => {
    const program = `
      import { createSecrets } from 'keyturn';
      import { memory } from 'keyturn/memory';
      import { processScrubber } from 'keyturn/redaction';
      ${shipped.doors.map((door, index) => `import * as door${index} from '${door}';`).join('\n')}
      const doors = [${shipped.doors.map((_, index) => `door${index}`).join(', ')}];
      const secrets = createSecrets({ providers: [memory({ 'prod/db': 'a-value' })] });
      secrets.get('prod/db').then((secret) => {
        processScrubber.remember(secret);
        console.log(doors.length, secret.reveal().length, processScrubber.scrub('it is a-value'));
      });
    `;
    const file = join(project, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
    fs.writeFileSync(file, await bundled(program, format));
    const { stdout, stderr } = ended(shipped.run(process.execPath, [file], project));
    expect({ stdout, stderr }).toEqual({ stdout: `${shipped.doors.length} 7 it is [redacted]\n`, stderr: '' });
  });

  test('a bundle holds only what its program uses', async () => {
    const one = await bundled(`import { createSecrets, parseRef } from 'keyturn'; console.log(parseRef('prod/db').name);`, 'esm');
    expect(one).toContain('function parseRef');
    expect(one).not.toContain('function createSecrets');
    expect(one.length).toBeLessThan(mostForOneName);
    expect(await bundled(`import { createSecrets } from 'keyturn'; console.log('nothing');`, 'esm')).not.toContain('keyturn');
  });
});
