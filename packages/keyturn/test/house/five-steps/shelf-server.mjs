/** The double of a shelf: its notes, and what it says instead when told to. */
import { createServer } from 'node:http';

export async function startShelf() {
  /** @type {Map<string, string | Uint8Array>} */
  const notes = new Map();
  /** By name of a note, or `*` for all. @type {Map<string, string>} */
  const instead = new Map();
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    const name = new URL(request.url ?? '/', 'http://shelf').searchParams.get('name');
    const said = instead.get('*') ?? instead.get(name ?? '') ?? (name === null || notes.has(name) ? undefined : 'NoSuchNote');
    if (said === 'silence') return;
    // As careless servers do, it quotes what it has.
    if (said !== undefined) response.writeHead(said === 'Fire' ? 500 : 400, { 'x-shelf-error': said }).end(notes.get(name ?? ''));
    else response.end(notes.get(name ?? ''));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    notes,
    instead,
    asked: () => asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
