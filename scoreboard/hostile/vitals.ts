/** What a case costs the process while it runs, and what it leaves behind. */
const mostBlockedMs = 1_000;
const mostMemory = 64 * 1_048_576;
const settlesWithinMs = 2_000;
/** Before the first case. What one keeps counts for the next ones too. */
let memory: number | undefined;

export class Vitals {
  readonly #resources = counted();
  readonly #memory = (memory ??= inUse());
  #timer: NodeJS.Timeout | undefined;
  #last = moment();
  #blockedMs = 0;
  #growth = 0;

  begin(): void {
    this.#last = moment();
    this.#timer = setInterval(() => {
      this.#look();
    }, 10);
  }

  /** What was wrong until now. */
  end(): string[] {
    this.#look();
    clearInterval(this.#timer);
    return [
      ...(this.#blockedMs > mostBlockedMs ? [`held the event loop for ${Math.round(this.#blockedMs)} ms`] : []),
      ...(this.#growth > mostMemory ? [`took ${Math.round(this.#growth / 1_048_576)} MiB`] : []),
    ];
  }

  /** A socket or a timer that is still there when all is closed. */
  async leftovers(allowed: readonly string[] = []): Promise<string | undefined> {
    const giveUpAt = performance.now() + settlesWithinMs;
    for (;;) {
      const left = [...counted()]
        .filter(([kind, count]) => count > (this.#resources.get(kind) ?? 0))
        .map(([kind]) => kind)
        .filter((kind) => !allowed.includes(kind));
      if (left.length === 0) return undefined;
      if (performance.now() > giveUpAt) return `left ${left.join(', ')}`;
      await new Promise(setImmediate);
    }
  }

  #look(): void {
    const now = moment();
    // The smaller of both: neither waiting for a busy machine nor the collector's threads hold the loop.
    this.#blockedMs = Math.max(this.#blockedMs, Math.min(now.wall - this.#last.wall, now.cpu - this.#last.cpu));
    this.#last = now;
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external - this.#memory <= Math.max(mostMemory, this.#growth)) return;
    // What is garbage already is not in use.
    this.#growth = Math.max(this.#growth, inUse() - this.#memory);
    this.#last = moment();
  }
}

function moment(): { wall: number; cpu: number } {
  const { user, system } = process.threadCpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1_000 };
}

function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function counted(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Timeout|TCP|Pipe|HTTP|FS|DNS|GetAddrInfo/.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
