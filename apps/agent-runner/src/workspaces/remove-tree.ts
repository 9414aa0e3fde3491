import { hostShell } from './host-shell';

/**
 * Removes a directory with all that is in it. Node's own removal uses whole paths, which the kernel refuses above 4,096 bytes:
 * an agent can nest directories deeper than that.
 */
export async function removeTree(directory: string, shell = hostShell): Promise<void> {
  if (await shell.succeeds('rm', '-rf', '--', directory)) return;

  // An agent can have taken the rights to its directories from their owner.
  await shell.succeeds('chmod', '-R', 'u+rwX', '--', directory);
  if (!(await shell.succeeds('rm', '-rf', '--', directory))) throw new Error('a directory cannot be removed');
}
