/** Paths into a JSON document: `a.b`, `a[0]`. */

/** `a.b[0]` as its steps, or `undefined` when it is no path. */
export function pathSteps(path: string): (string | number)[] | undefined {
  if (!/^[^.[\]]+(?:\.[^.[\]]+|\[(?:0|[1-9]\d{0,8})\])*$/.test(path)) return undefined;
  return Array.from(path.matchAll(/([^.[\]]+)|\[(\d+)\]/g), ([, key, index]) => (index === undefined || key !== undefined ? (key as string) : Number(index)));
}
