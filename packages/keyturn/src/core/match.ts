/** Name patterns: `prod/*` is one segment, `prod/**` any number of them. */
import { ConfigurationError } from './errors.ts';

export type Matcher = (name: string) => boolean;

/** True for names that match one of `patterns`; for every name when there are none. A leading `/` of the name is ignored. */
export function matcher(patterns: readonly string[] | undefined, where: string): Matcher {
  if (patterns === undefined) return () => true;
  if (!Array.isArray(patterns) || patterns.length === 0 || patterns.some((pattern) => typeof pattern !== 'string' || pattern === '')) {
    throw new ConfigurationError(`${where}.match must be a list of name patterns.`, { hint: `For example match: ['prod/**'].` });
  }
  const expressions = patterns.map(
    (pattern: string) =>
      new RegExp(
        `^${pattern
          .replace(/^\//, '')
          .split(/(\*\*|\*)/)
          .map(translate)
          .join('')}$`,
        'su',
      ),
  );
  return (name) => {
    const bare = name.startsWith('/') ? name.slice(1) : name;
    return expressions.some((expression) => expression.test(bare));
  };
}

function translate(part: string): string {
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
