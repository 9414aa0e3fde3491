import { spawnSync } from 'node:child_process';

/** Whether this machine lets bubblewrap make the namespaces that a workspace lives in. */
export function canSandbox(): boolean {
  return spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' }).status === 0;
}
