/** What every format of a secrets file can do. */

/** One parsed file. Names are those of the file and nothing inherited. */
export interface SecretsDocument {
  /** The text of the secret; `undefined` when the file has none of that name. */
  find(name: string): string | undefined;
  /** The text of a field that stands on its own, which only dotenv has. */
  findField?(name: string, field: string): string | undefined;
  /** The names at the top of the file that begin with `prefix`, as spelt there. */
  names(prefix: string): string[];
}

export interface Change {
  readonly name: string;
  readonly field: string | undefined;
  /** `undefined` deletes. */
  readonly value: string | undefined;
}

export interface FileFormat {
  /** A file that holds nothing yet. */
  readonly empty: string;
  /** @throws FileProblem that quotes nothing */
  parse(text: string): SecretsDocument;
  /**
   * The file's text after `change`, everything else as it stood; `undefined` when there was nothing to delete.
   * @throws FileProblem when the text does not parse, or cannot carry the change
   */
  change(text: string, change: Change): string | undefined;
}

/** A leading `/` of a name means nothing in a file. */
export function bareName(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}
