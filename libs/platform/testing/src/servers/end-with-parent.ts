import { spawnSync } from 'node:child_process';

export interface DependentCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: 'ignore' | 'pipe';
}

/** Without setpriv a shell watches stdin, a pipe that closes when the parent ends in any way. */
const WATCH_STDIN = 'exec 3<&0; (cat <&3 >/dev/null; kill -s SIGNAL $$ 2>/dev/null) & exec "$@" </dev/null 3<&-';

const hasSetpriv = memoized(() => spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0);

/** Wraps a command so that it gets `signal` when this process ends, even by SIGKILL. */
export function endWithParent(
  command: readonly string[],
  signal: 'SIGKILL' | 'SIGQUIT',
  hasDeathSignal = hasSetpriv(),
): DependentCommand {
  const name = signal.replace('SIG', '');
  if (hasDeathSignal) return { program: 'setpriv', args: ['--pdeathsig', name, '--', ...command], stdin: 'ignore' };

  const watch = WATCH_STDIN.replace('SIGNAL', name);
  return { program: 'sh', args: ['-c', watch, 'sh', ...command], stdin: 'pipe' };
}

function memoized<Result>(compute: () => Result): () => Result {
  let result: { readonly value: Result } | undefined;
  return () => (result ??= { value: compute() }).value;
}
