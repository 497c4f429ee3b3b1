/** Prints how long it takes to import the module at the given URL, in ms. A process of its own: a module is loaded once. */
const startedAt = performance.now();
await import(process.argv[2]);
process.stdout.write(String(performance.now() - startedAt));
process.exit(0);
