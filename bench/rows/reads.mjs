/**
 * Reads from memory beside each peer. Keyturn and one peer have a process to themselves: what several caches leave on one heap slows them all,
 * and by different amounts. And each pair has several processes, because what the compiler makes of one program differs from start to start.
 */
import { keyturn } from '../contenders.mjs';
import { readsPerSecond } from '../loops.mjs';
import { median, ratioOf } from '../rounds.mjs';
import { refs } from '../stock.mjs';

const processes = 5;
const roundsOfOne = 3;

/**
 * @param {object} row
 * @param {'get' | 'peek'} row.read
 * @param {string[]} [row.order] the references in the order they are read
 * @param {Record<string, () => unknown>} row.peers by name; the first is the one that the goal names
 * @param {number} row.least the ratio to it that holds
 */
export function readsRow({ name, goal, gated, read, order = refs, peers, least }) {
  const parts = Object.keys(peers).flatMap((peer) => Array.from({ length: processes }, () => peer));
  return {
    name,
    goal,
    gated,
    parts,
    run: async (peer) => [...(await readsPerSecond([await keyturn(read), await peers[peer]()], order, roundsOfOne)).values()],
    /** @param {[ours: number[], theirs: number[]][]} figures of each part */
    merge: (figures) => {
      const results = Object.keys(peers).map((peer) => {
        const own = figures.filter((_, at) => parts[at] === peer);
        const [ours, theirs] = [own.flatMap(([each]) => each), own.flatMap(([, each]) => each)];
        return { peer, ours: median(ours), measured: median(theirs), ratio: ratioOf(ours, theirs) };
      });
      const [{ ours, ratio }] = results;
      return {
        measured: ours,
        unit: 'M/s',
        ratio,
        holds: ratio >= least,
        peers: Object.fromEntries(results.map(({ peer, measured, ratio: own }) => [peer, { measured, ratio: own }])),
        runs: processes * roundsOfOne,
      };
    },
  };
}
