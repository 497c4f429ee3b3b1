/** One row, or one part of it, in a process of its own; the result leaves by file descriptor 3. */
import { writeSync } from 'node:fs';
import { rows } from './rows/index.mjs';

const row = rows.find(({ name }) => name === process.argv[2]);
const result = await row.run(process.argv[3]);
writeSync(3, JSON.stringify(result));
process.exit(0);
