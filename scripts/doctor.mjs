import './lib/require-node.mjs';

void import('./lib/terminal.mjs').then(({ runCommand }) =>
  runCommand(() => import('./lib/doctor-command.mjs').then((loaded) => loaded.doctor())),
);
