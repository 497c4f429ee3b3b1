/** moto: AWS on this machine, one process for one suite. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './ports.ts';
import { servers } from './needs.ts';

export interface Moto {
  readonly port: number;
  readonly url: string;
  /** `POST /moto-api/…` */
  control(path: string, body?: string): Promise<void>;
  stop(): Promise<void>;
}

const startsWithinMs = 60_000;

/** Where moto differs from AWS, as far as a test here meets it. The test beside each row says what stands in for AWS. */
export const motoIsNotAws = [
  { what: 'ResourceNotFoundException has HTTP status 404', aws: '400', reason: 'We branch on names; the HTTP answerer sends AWS’s 400.' },
  {
    what: 'after UpdateSecretVersionStage a read without a stage answers the old value',
    aws: 'the new one',
    reason: 'We always send VersionStage AWSCURRENT.',
  },
  {
    what: 'a refusal by IAM has an XML body that the SDK cannot parse',
    aws: 'JSON with AccessDeniedException',
    reason: 'Denials are tested with the HTTP answerer.',
  },
  { what: 'expired and wrong credentials are accepted', aws: 'ExpiredTokenException and others', reason: 'Tested with the HTTP answerer.' },
  { what: 'never throttles, never fails inside', aws: 'does both', reason: 'Tested with the HTTP answerer.' },
  {
    what: 'a secret marked deleted: "currently marked deleted"',
    aws: '"marked for deletion" or "scheduled for deletion"',
    reason: 'All are recognised; AWS’s sentences come from the HTTP answerer.',
  },
  {
    what: 'a secret made without a value has an empty version that is AWSCURRENT',
    aws: 'no version, and the first one put becomes AWSCURRENT',
    reason: 'The first value of such a secret is tested with the HTTP answerer.',
  },
  { what: 'closes the connection after every answer', aws: 'keeps it open', reason: 'Reuse is tested with the HTTP answerer.' },
  { what: 'names like "a b!" and values over 65,536 bytes are accepted', aws: 'ValidationException', reason: 'Tested with the HTTP answerer.' },
] as const;

export async function startMoto(): Promise<Moto> {
  const program = servers.moto.find();
  if (program === undefined) throw new Error('moto is not on this machine.');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const exited = once(child, 'exit').catch(() => undefined);
  // A run that ends early leaves nothing behind.
  const orphaned = () => child.kill('SIGKILL');
  process.once('exit', orphaned);
  void exited.then(() => process.off('exit', orphaned));
  try {
    await untilReady(`${url}/moto-api/`, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    port,
    url,
    async control(path, body = '') {
      const answer = await fetch(`${url}/moto-api/${path}`, { method: 'POST', body });
      if (!answer.ok) throw new Error(`moto refused ${path}: ${answer.status}`);
      await answer.arrayBuffer();
    },
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(force);
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const giveUpAt = performance.now() + startsWithinMs;
  while (performance.now() < giveUpAt) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`moto ended at once with ${child.exitCode}.`);
    try {
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`moto did not answer within ${startsWithinMs / 1_000} s.`);
}
