/** Runs the command beside a shelf with one note: `node shelf-command.mjs get prod/db#password`. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { startShelf } from './shelf-server.mjs';

const server = await startShelf();
server.notes.set('prod/db', '{"password":"on-the-shelf"}');
writeFileSync('keyturn.yaml', `providers:\n  - shelf: { address: '${server.address}', match: [prod/*] }\n`, { mode: 0o600 });
const child = spawn('keyturn', ['--config', 'keyturn.yaml', ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
  server.close();
});
