import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./chaos/chaos-command.mjs').then((loaded) => loaded.chaos(process.argv.slice(2)))),
);
