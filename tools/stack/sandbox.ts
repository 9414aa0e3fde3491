import { spawnSync } from 'node:child_process';

/** True when bubblewrap can create the namespaces of a workspace on this machine. */
export function canSandbox(): boolean {
  return spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' }).status === 0;
}
