/** One row in a process of its own; the result leaves by file descriptor 3. */
import { writeSync } from 'node:fs';
import { rows } from './rows/index.mjs';

const row = rows.find(({ name }) => name === process.argv[2]);
const result = await row.run();
writeSync(3, JSON.stringify(result));
process.exit(0);
