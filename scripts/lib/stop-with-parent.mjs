// Loaded before a server's own code (`node --import`): a launcher killed by SIGKILL cannot stop its children, so they
// notice it and end as on SIGTERM. The launcher's id comes with the URL: it may be gone before this line is reached.
import cluster from 'node:cluster';

const POLL_MS = 500;
const GRACE_MS = 10_000;
const parent = Number(new URL(import.meta.url).searchParams.get('parent'));

const poll = setInterval(() => {
  // Workers that the server forks inherit this file; they go with the server, not with the launcher.
  if (process.ppid === parent || cluster.isWorker) return;
  clearInterval(poll);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
}, POLL_MS);
poll.unref();
