import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Removes a directory with all that is in it. Node's own removal uses whole paths, which the kernel refuses above 4,096 bytes:
 * an agent can nest directories deeper than that.
 */
export async function removeTree(directory: string): Promise<void> {
  if (await succeeds('rm', ['-rf', '--', directory])) return;

  // An agent can have taken the rights to its directories from their owner.
  await succeeds('chmod', ['-R', 'u+rwX', '--', directory]);
  if (!(await succeeds('rm', ['-rf', '--', directory]))) throw new Error('a directory cannot be removed');
}

/** Output is dropped: it names each file that is in the way. */
async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}
