/** Asks a person for a value without showing it: the terminal is put into raw mode, where nothing is echoed, and back. */
import { UsageError } from './failure.ts';
import type { Terminal } from './terminal.ts';

const longest = 65_536;

/** What was typed up to Enter; `undefined` after Ctrl-C. */
export async function promptHidden(question: string, terminal: Terminal): Promise<Buffer | undefined> {
  const input = process.stdin;
  terminal.say(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const line = new TypedLine();
  input.on('data', (chunk: string) => {
    try {
      if (line.type(chunk)) resolve(line.isCancelled ? undefined : Buffer.from(line.text));
    } catch (error) {
      reject(error as Error);
    }
  });
  input.once('end', () => {
    resolve(Buffer.from(line.text));
  });
  try {
    return await promise;
  } finally {
    input.setRawMode(false);
    input.destroy();
  }
}

class TypedLine {
  text = '';
  isCancelled = false;

  /** Takes what came from the terminal; true when the line is complete. */
  type(chunk: string): boolean {
    // A terminal says so around what was pasted.
    const keys = [...chunk.replaceAll(/\x1b\[20[01]~/g, '')];
    for (const [index, key] of keys.entries()) {
      if (key === '\x03') this.isCancelled = true;
      if ('\x03\x04\r\n'.includes(key)) {
        // The rest would be read by the shell, as commands.
        if (!this.isCancelled && keys.slice(index + 1).some((rest) => !'\r\n'.includes(rest)))
          throw new UsageError('The value has several lines.', 'Pipe it in: keyturn set REF < file.');
        return true;
      }
      if (key === '\x7f' || key === '\b') this.text = [...this.text].slice(0, -1).join('');
      else if (key === '\x15') this.text = '';
      else this.text += key;
      if (this.text.length > longest) throw new UsageError('The value is too long to be typed.', 'Pipe it in: keyturn set REF < file.');
    }
    return false;
  }
}
