import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/db-command.mjs').then((loaded) => loaded.db())),
);
