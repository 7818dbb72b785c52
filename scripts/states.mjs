import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./states/command.mjs').then((loaded) => loaded.states())),
);
