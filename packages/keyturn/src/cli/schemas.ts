/** Every schema that the package publishes, by the name of its file. Loaded by the build and the tests, never by the command. */
import { configurationSchema, dialect, type Schema } from '../config/schema.ts';
import { answers } from './answers.ts';

export function publishedSchemas(): ReadonlyMap<string, Schema> {
  const schemas = new Map([['keyturn.schema.json', configurationSchema()]]);
  for (const [name, answer] of Object.entries(answers)) {
    const title = name === 'error' ? 'Any command of Keyturn that failed, with --json' : `keyturn ${name} --json`;
    schemas.set(`answer-${name.replaceAll(' ', '-')}.schema.json`, { $schema: dialect, title, ...answer });
  }
  return schemas;
}
