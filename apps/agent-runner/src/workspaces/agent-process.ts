import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { AgentInput, AgentProcess, Exit } from './workspace';

/** Shells report a program that a signal has ended as 128 plus the signal's number. */
const SIGNAL_EXIT_CODES = 128;

type Input = Pick<AgentInput, 'stdin' | 'keepsStdinOpen'>;

export interface StartedProcess {
  readonly child: ChildProcess;
  /** Rejects when the process could not be started. */
  readonly exited: Promise<Exit>;
}

/** Follows a process from its start, also when its agent is known later. */
export function startedProcess(child: ChildProcess): StartedProcess {
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(signal === null ? exitOf(code ?? 0) : { code: null, signal });
    });
  });
  exited.catch(() => undefined);
  return { child, exited };
}

/** The agent as a child process; `killRemaining` ends the workspace's other processes after its exit. */
export function agentProcess(
  { child, exited }: StartedProcess,
  { stdin, keepsStdinOpen = false }: Input,
  killRemaining: () => Promise<void>,
): AgentProcess {
  const { stdin: input, stdout, stderr } = child;
  if (!input || !stdout || !stderr) throw new Error('an agent needs pipes for input, output and errors');
  // Agents that exit without reading their prompt break the pipe.
  input.on('error', () => undefined);
  input.write(stdin);
  if (!keepsStdinOpen) input.end();

  const exit = exited.finally(killRemaining);
  exit.catch(() => undefined);
  return { stdin: { write: (text) => void input.write(text), end: () => void input.end() }, stdout, stderr, exit };
}

/** Wrappers (bubblewrap, a shell) pass on a signal as an exit code above 128. */
export function exitOf(code: number): Exit {
  const entry = Object.entries(constants.signals).find(([, number]) => number === code - SIGNAL_EXIT_CODES);
  return entry ? { code: null, signal: entry[0] as NodeJS.Signals } : { code, signal: null };
}
