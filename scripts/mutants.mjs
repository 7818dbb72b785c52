import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() =>
    import('./mutants/mutants-command.mjs').then((loaded) => loaded.mutants(process.argv.slice(2))),
  ),
);
