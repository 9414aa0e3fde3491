import { DomainError } from '@syntropic/kernel';
import { text } from 'node:stream/consumers';
import type { Workspace } from '../workspaces';
import type { Redactor } from './redactor';
import { formsOf, type Secret } from './secret';

const FOUND = 10;

/**
 * Empties the temporary directories, and looks for lines in names and contents of the files that stay. It runs in the workspace, as its user:
 * so it can reach neither more nor less than the agent. The lines come on standard input, because others can see arguments.
 */
const CLOSE = `
patterns=$(cat)
temporary=\${TMPDIR:-/tmp}
find "$temporary" -mindepth 1 -delete || exit
[ -n "$TMPDIR" ] || find /dev/shm -mindepth 1 -delete || exit
[ -n "$patterns" ] || exit 0
find . "$HOME" -printf '%p %l\\n' > "$temporary/names" || exit
printf '%s\\n' "$patterns" | grep -iF -f - "$temporary/names" > "$temporary/found"
[ $? -le 1 ] || exit 2
printf '%s\\n' "$patterns" | grep -rlF -f - . "$HOME" >> "$temporary/found"
status=$?
if [ -s "$temporary/found" ]; then head -c 1000 "$temporary/found"; rm -f "$temporary"/*; exit ${FOUND}; fi
rm -f "$temporary"/*
[ $status -le 1 ] || exit 2
`;

type Closing = Readonly<{ secrets: readonly Secret[]; redactor: Redactor; signal: AbortSignal }>;

/**
 * Ends a set-up: nothing but files of workspace and home stays, and none of them has a secret.
 * @throws DomainError for files that have one, or cannot be read; the signal's reason when it is aborted
 */
export async function closeSetup(workspace: Workspace, { secrets, redactor, signal }: Closing): Promise<void> {
  const patterns = secrets.flatMap(({ value }) => formsOf(value)).join('\n');
  const closing = workspace.spawn(['sh', '-c', CLOSE], { stdin: patterns, env: {} });
  const onAbort = () => void workspace.signal('SIGKILL').catch(() => undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  const [exit, found, fault] = await Promise.all([closing.exit, text(closing.stdout), text(closing.stderr)]).finally(
    () => {
      signal.removeEventListener('abort', onAbort);
    },
  );
  signal.throwIfAborted();
  if (exit.code === FOUND)
    throw refused(`the set-up has left the value of a secret in:\n${redactor.text(found).trim()}`);
  if (exit.code !== 0)
    throw refused(`the files of the set-up cannot be searched for secrets:\n${fault.slice(0, 1_000)}`);
}

const refused = (message: string) => new DomainError('setup.secret_left', message, 'conflict', 'agent.setup.secrets');
