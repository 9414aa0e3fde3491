import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import { startedProcess, type StartedProcess } from '../workspaces/agent-process';
import { frameOf, OUTPUTS } from '../workspaces/multiplexed-output';
import { othersThan } from '../workspaces/process-table';
import type { AgentSignal, Exit } from '../workspaces/workspace';
import { signalProcess, WorkspaceProcesses } from '../workspaces/workspace-processes';
import { PLACES, type PodProgram } from './protocol';

interface Started {
  readonly program: StartedProcess;
  readonly exit: Promise<Exit>;
  readonly outputs: { readonly stdout: Readable; readonly stderr: Readable };
}

/** The programs of a pod. All processes but this one, its ancestors and its own helpers count as theirs. */
export class Programs {
  readonly #started = new Map<string, Started>();
  readonly #helpers = new Set<number>();
  readonly #processes = new WorkspaceProcesses(undefined, () => this.members());

  /** @param path the search path of the container's image */
  constructor(private readonly path: string) {}

  members(): Promise<number[]> {
    return othersThan(process.pid, this.#helpers);
  }

  /** A process of this program's own, which no signal to programs reaches. */
  spare(helper: ChildProcess): void {
    const { pid } = helper;
    if (pid === undefined) return;
    this.#helpers.add(pid);
    helper.once('exit', () => this.#helpers.delete(pid));
  }

  /** @throws when it cannot be started */
  async start(id: string, { argv, env }: PodProgram): Promise<void> {
    const [file = '', ...rest] = argv;
    const child = spawn(file, rest, {
      cwd: PLACES.workspace,
      env: { PATH: this.path, ...env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const program = startedProcess(child);
    // Node drops what a program has left in a pipe that is not read at its exit.
    const outputs = { stdout: child.stdout.pipe(new PassThrough()), stderr: child.stderr.pipe(new PassThrough()) };
    await Promise.race([once(child, 'spawn'), program.exited]);
    child.stdin.on('error', () => undefined);
    const exit = program.exited.finally(() => this.#processes.kill());
    exit.catch(() => undefined);
    this.#started.set(id, { program, exit, outputs });
  }

  /** Settles when the program has exited and no other process is left. */
  exit(id: string): Promise<Exit> {
    return this.#program(id).exit;
  }

  /** Input and both outputs, no faster than they are read. */
  async connect(id: string, stream: Duplex): Promise<void> {
    const { program, outputs } = this.#program(id);
    if (program.child.stdin) stream.pipe(program.child.stdin);
    const { stdout, stderr } = outputs;
    await Promise.all([copy(stdout, OUTPUTS.stdout, stream), copy(stderr, OUTPUTS.stderr, stream)]);
    stream.end();
  }

  async signal(signal: AgentSignal): Promise<void> {
    if (signal === 'SIGKILL') {
      await this.#processes.kill();
      return;
    }
    for (const { program } of this.#started.values()) {
      const { pid, exitCode, signalCode } = program.child;
      if (pid !== undefined && exitCode === null && signalCode === null) signalProcess(-pid, signal);
    }
  }

  freeze(): Promise<void> {
    return this.#processes.freeze();
  }

  thaw(): Promise<void> {
    return this.#processes.thaw();
  }

  #program(id: string): Started {
    const started = this.#started.get(id);
    if (!started) throw new Error(`there is no program ${id}`);
    return started;
  }
}

async function copy(output: Readable, number: number, stream: Duplex): Promise<void> {
  for await (const piece of output as AsyncIterable<Buffer>) {
    if (stream.destroyed) continue;
    if (stream.write(frameOf(number, piece))) continue;
    const waited = new AbortController();
    const ends = ['drain', 'close'].map((event) => once(stream, event, waited).catch(() => undefined));
    await Promise.race(ends);
    waited.abort();
  }
}
