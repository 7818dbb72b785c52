import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/simulate-command.mjs').then((loaded) => loaded.simulate())),
);
