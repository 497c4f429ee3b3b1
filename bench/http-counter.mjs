/** Passes what it is asked on to another server of this machine, and counts. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** `targets`: what was called, by name, in order. */
export async function startCounter(port) {
  const targets = [];
  const server = createServer((asked, answer) => {
    targets.push(String(asked.headers['x-amz-target']).split('.').at(-1));
    const onward = request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    targets,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
