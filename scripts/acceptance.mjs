import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./acceptance/acceptance-command.mjs').then((loaded) => loaded.acceptance())),
);
