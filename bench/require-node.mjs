/** The one Node that figures are taken on: those of another are not comparable. */

export function requireNode24(script) {
  const { node } = process.versions;
  if (node.startsWith('24.')) return;
  fail(`The ${script} runs on Node 24, and this is Node ${node}: run "npm install", then "npm run ${script}", which puts Node 24 first on the path.`);
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
