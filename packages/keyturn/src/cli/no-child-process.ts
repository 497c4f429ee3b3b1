/**
 * Stands in for `node:child_process` in the bundle, where only commander imports it, for subcommands that are programs of their own: there are none.
 * The real one costs a third of Node's own start. `run` asks Node for it by `process.getBuiltinModule`, when it is run.
 */
export default {};
