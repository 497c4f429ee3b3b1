/** Who else could decide what a file says: owners and permission bits, judged without touching the disk. */

export interface Ownership {
  readonly uid: number | bigint;
  readonly mode: number | bigint;
}

const othersMayRead = 0o044;
const othersMayWrite = 0o022;
const sticky = 0o1000;

/** The user that this process acts as; `undefined` on Windows, where these bits mean nothing and nothing is checked. */
export function currentUser(): number | undefined {
  return process.geteuid?.();
}

/** Root is trusted: it reads and writes everything anyway. */
export function isForeign({ uid }: Ownership, user: number): boolean {
  return Number(uid) !== user && Number(uid) !== 0;
}

export function mayOthersRead({ mode }: Ownership): boolean {
  return (Number(mode) & othersMayRead) !== 0;
}

export function mayOthersWrite({ mode }: Ownership): boolean {
  return (Number(mode) & othersMayWrite) !== 0;
}

/** In a sticky folder (`/tmp`) others may add files and not replace those of somebody else. */
export function mayOthersReplaceIn(folder: Ownership): boolean {
  return mayOthersWrite(folder) && (Number(folder.mode) & sticky) === 0;
}
