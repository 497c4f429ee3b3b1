/** Types of import-directions.mjs, for the test that holds the table. */
export interface Import {
  readonly from: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

export interface Row {
  readonly room: string;
  readonly files: readonly string[];
  readonly imports: readonly string[];
}

export const rooms: readonly Row[];
export const librarySource: string;
export function importable(row: Row): string[];
export function importsOf(source: string): Import[];
export function brokenDirections(files: ReadonlyMap<string, string>): string[];
export function sourcesIn(src: string): Map<string, string>;
export function withoutComments(source: string): string;
