/** The rows, in the order of the table. */
import { batch, cliGetAws } from './aws.mjs';
import { cliGet, cliGetYaml, cliRun } from './command.mjs';
import { herd } from './herd.mjs';
import { hit, hitBesideAwait } from './hit.mjs';
import { importTime } from './import.mjs';
import { memory } from './memory.mjs';
import { pauseClear, pauseInsert, pausePrefix } from './pause.mjs';
import { ttlCachePause } from './pause-ttl-cache.mjs';
import { peek, peekAtRandom } from './peek.mjs';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} goal
 * @property {boolean} gated whether a miss ends the run with 1
 * @property {boolean} [isPinned] to one core; default true
 * @property {readonly string[]} [parts] each is run in a process of its own, and `merge` makes one result of all
 * @property {(part?: string) => Promise<object>} run `{ measured, unit, ratio, holds, peers, runs, note? }`; `holds: null` when it cannot be measured yet
 * @property {(results: readonly object[]) => object} [merge]
 */

/** @type {readonly Row[]} */
export const rows = [
  hit,
  hitBesideAwait,
  peek,
  peekAtRandom,
  herd,
  cliGet,
  cliGetYaml,
  cliGetAws,
  cliRun,
  batch,
  importTime,
  memory(10_000),
  memory(100_000),
  pauseInsert,
  pausePrefix,
  pauseClear,
  ttlCachePause,
];
