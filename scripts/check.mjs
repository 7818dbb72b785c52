import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/check-command.mjs').then((loaded) => loaded.check())),
);
