/** `npm start`: a small program gets its secrets from the environment and from a file. Leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFromConfig, loadConfig } from 'keyturn/config';
import manifest from 'keyturn/package.json' with { type: 'json' };

const command = fileURLToPath(new URL(manifest.bin.keyturn, import.meta.resolve('keyturn/package.json')));

// A secrets file is for its owner only, and a checkout keeps no such mode: so the example runs from a private copy.
const folder = mkdtempSync(join(tmpdir(), 'keyturn-example-'));
try {
  for (const name of ['keyturn.yaml', 'secrets.yaml', 'app.mjs']) {
    copyFileSync(join(import.meta.dirname, name), join(folder, name));
    chmodSync(join(folder, name), 0o600);
  }
  for (const name of Object.keys(process.env)) if (name.startsWith('KEYTURN_')) delete process.env[name];
  // The command keeps its compiled code in the user's cache folder; an example leaves nothing behind.
  process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';
  process.env['PROD_DB_PASSWORD'] = 'the-password-of-the-environment';

  console.log('Where each secret comes from, as the library sees it:\n');
  await printSources();
  console.log('\n$ keyturn run -- node app.mjs\n');
  process.exitCode = runApp();
} finally {
  rmSync(folder, { recursive: true });
}

async function printSources() {
  const config = await loadConfig({ file: join(folder, 'keyturn.yaml') });
  const secrets = await createFromConfig(config);
  const rows = [['variable', 'reference', 'provider', 'version', 'value']];
  try {
    for (const [name, ref] of Object.entries(config.run?.env ?? {})) {
      const secret = await secrets.get(ref);
      // A Secret prints as [redacted] wherever it is put; only reveal() shows it.
      rows.push([name, ref, secret.provider, secret.version ?? '-', secret.toString()]);
    }
  } finally {
    await secrets.close();
  }
  for (const row of rows) console.log(row.map((cell) => cell.padEnd(19)).join(' '));
}

/** Its output comes through a pipe, as in a container or a CI job, where it ends up in logs: there it is masked. */
function runApp() {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [command, 'run', '--', 'node', 'app.mjs'], { cwd: folder, encoding: 'utf8' });
  if (error) throw error;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return status ?? 1;
}
