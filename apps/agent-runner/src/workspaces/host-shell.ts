import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { PATH } from './programs';
import { commandLine, LINE_BREAK } from './shell-words';

/**
 * Runs short programs of the machine, such as `mount`, by a shell that is started once. To start a process of its own, the runner
 * has to copy the tables of all its memory, which takes ten times as long as in a small shell.
 */
export class HostShell {
  #shell: RunningShell | undefined;

  /** @throws when the program has failed, with what it has said */
  async run(program: string, ...args: readonly string[]): Promise<void> {
    const { code, said } = await this.#running().call(`said=$(${commandLine([program, ...args])} 2>&1 >/dev/null)`);
    if (code !== 0) throw new Error(`${program} has failed with ${code}: ${said}`);
  }

  /** True when the program has not failed. What it says is dropped. */
  async succeeds(program: string, ...args: readonly string[]): Promise<boolean> {
    const { code } = await this.#running().call(`${commandLine([program, ...args])} >/dev/null 2>&1`);
    return code === 0;
  }

  /** One that has ended is replaced. */
  #running(): RunningShell {
    return (this.#shell ??= new RunningShell(() => {
      this.#shell = undefined;
    }));
  }
}

export const hostShell = new HostShell();

/** Reads a command in each line, and lets it run beside the others. What a program says is no pattern of file names. */
const SERVE = `set -f; ${LINE_BREAK}; while IFS= read -r command; do eval "{ $command; } </dev/null &"; done`;

/** An answer is written in one step, which the kernel promises for 4 KiB. */
const ANSWER_CHARACTERS = 1_000;

type Ended = Readonly<{ code: number; said: string }>;
type Call = Readonly<{ resolve: (ended: Ended) => void; reject: (error: Error) => void }>;

class RunningShell {
  readonly #calls = new Map<number, Call>();
  /** `-p` keeps an effective user that is not the real one. */
  readonly #shell = spawn('sh', ['-p', '-c', SERVE], {
    cwd: '/',
    env: { PATH, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  #number = 0;

  constructor(onExit: () => void) {
    this.#shell.once('error', (error) => {
      onExit();
      this.#fail(error);
    });
    this.#shell.once('exit', onExit);
    // After its exit, programs that it has started may still answer.
    this.#shell.once('close', () => {
      this.#fail(new Error('the shell of the runner has ended'));
    });
    // A shell that has ended breaks its pipe, and says so by its end.
    this.#shell.stdin.on('error', () => undefined);
    createInterface({ input: this.#shell.stdout }).on('line', (line) => {
      this.#answer(line);
    });
  }

  /** A command that may leave its words in `$said`. */
  call(command: string): Promise<Ended> {
    const number = ++this.#number;
    const answer = `set -- ${number} $? $said; printf '%.${ANSWER_CHARACTERS}s\\n' "$*"`;
    return new Promise((resolve, reject) => {
      this.#calls.set(number, { resolve, reject });
      this.#keepAlive();
      this.#shell.stdin.write(`${command}; ${answer}\n`);
    });
  }

  #answer(line: string): void {
    const [number, code, ...words] = line.split(' ');
    const call = this.#calls.get(Number(number));
    this.#calls.delete(Number(number));
    this.#keepAlive();
    call?.resolve({ code: Number(code), said: words.join(' ') });
  }

  #fail(error: Error): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(error);
  }

  /** Only a call that is under way keeps the runner's process from ending. */
  #keepAlive(): void {
    const keep = this.#calls.size > 0 ? 'ref' : 'unref';
    this.#shell[keep]();
    if (this.#shell.stdout instanceof Socket) this.#shell.stdout[keep]();
  }
}
