/** Looks a command up as the system would, so that what is wrong with it is known before a terminal is made for it. */
import fs from 'node:fs';
import { join } from 'node:path';
import { notStarted } from './not-started.ts';

/** @throws NotStarted when there is none, or none that may be executed */
export function findCommand(file: string, env: Readonly<Record<string, string | undefined>>): void {
  const folders = file.includes('/') ? [''] : (env['PATH'] ?? '/bin:/usr/bin').split(':').map((folder) => folder || '.');
  let code = 'ENOENT';
  for (const folder of folders) {
    const path = join(folder, file);
    try {
      fs.accessSync(path, fs.constants.X_OK);
      if (!fs.statSync(path).isDirectory()) return;
      code = 'EACCES';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') code = 'EACCES';
    }
  }
  throw notStarted(file, { code });
}
