import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/test-command.mjs').then((loaded) => loaded.test())),
);
