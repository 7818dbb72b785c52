import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/start-command.mjs').then((loaded) => loaded.start())),
);
