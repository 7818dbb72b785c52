import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/sql-command.mjs').then((loaded) => loaded.sql())),
);
