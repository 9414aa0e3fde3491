import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { AgentProcess, Exit } from './workspace';

/** What a shell adds to the number of the signal that ended a program. */
const ENDED_BY_SIGNAL = 128;

/** The agent in a child process: its prompt goes in, and its workspace ends with it. */
export function childAgent(child: ChildProcess, stdin: string, sweep: () => Promise<void>): AgentProcess {
  const { stdin: input, stdout, stderr } = child;
  if (!input || !stdout || !stderr) throw new Error('an agent needs pipes for input, output and errors');
  // An agent need not read its prompt.
  input.on('error', () => undefined);
  input.end(stdin);

  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(signal === null ? exitOf(code ?? 0) : { code: null, signal });
    });
  });
  const exit = ended.finally(sweep);
  exit.catch(() => undefined);
  return { stdout, stderr, exit };
}

/** A wrapper (bubblewrap, a shell) can only answer with a number; above 128 it names the signal that ended the agent. */
function exitOf(code: number): Exit {
  const entry = Object.entries(constants.signals).find(([, number]) => number === code - ENDED_BY_SIGNAL);
  return entry ? { code: null, signal: entry[0] as NodeJS.Signals } : { code, signal: null };
}
