/** Values that say by themselves whose they are, how old, and whether they are whole. */

/** Two fields, each signed for itself. */
export function documentOf(name: string, version: number): string {
  return `{"user":"${signed(name, version, 'user')}","password":"${signed(name, version, 'password')}"}`;
}

export function signed(name: string, version: number, field: string): string {
  const text = `${name}@${version}.${field}`;
  return `${text}.${checksum(text)}`;
}

/** FNV-1a, 32 bits: enough to tell a torn text from a whole one. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
