/** Many processes, each with a cache of its own, before one server that counts. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { documentOf } from '../race/values.ts';

export interface Herd {
  readonly processes: number;
  readonly keys: number;
  /** Of each key, in each process. */
  readonly readers: number;
}

export async function startProcesses(source: string, herd: Herd): Promise<{ tried: number; extra: number; missing: number; values: number }> {
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    // The path is /process/name: who asks, and for what.
    const path = request.url ?? '';
    requests.set(path, (requests.get(path) ?? 0) + 1);
    setTimeout(() => response.end(documentOf(decodeURIComponent(path.split('/')[2] ?? ''), 1)), 20);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const wrong = await Promise.all(Array.from({ length: herd.processes }, (_, id) => startProcess({ source, port, id, ...herd })));
    let extra = 0;
    let missing = 0;
    for (let id = 0; id < herd.processes; id++) {
      for (let key = 0; key < herd.keys; key++) {
        const count = requests.get(`/${id}/${encodeURIComponent(`herd/${key}`)}`) ?? 0;
        extra += Math.max(0, count - 1);
        if (count === 0) missing++;
      }
    }
    return { tried: herd.processes * herd.keys * herd.readers, extra, missing, values: wrong.reduce((total, each) => total + each, 0) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** How many of its reads were wrong; all of them when it ends without a word. */
async function startProcess(task: { source: string; port: number; id: number; keys: number; readers: number }): Promise<number> {
  const child = fork(join(import.meta.dirname, 'process.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(task);
  return new Promise((resolve) => {
    child.once('message', (wrong) => {
      resolve(Number(wrong));
    });
    child.once('exit', () => {
      resolve(task.keys * task.readers);
    });
  });
}
