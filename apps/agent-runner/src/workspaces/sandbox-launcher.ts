import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { startedProcess, type StartedProcess } from './agent-process';
import { etcContents } from './bubblewrap';
import type { ControlGroup } from './control-group';
import { asUser, inGroup, mountingSources, withFileSize, withOwnMounts } from './launch-command';
import { PATH } from './programs';
import { commandLine, LINE_BREAK } from './shell-words';
import type { User } from './unprivileged-user';

/** The descriptors behind the standard ones. A shell has no numbers above 9. */
const [OPTIONS, CONTROL, SECCOMP, ETC] = [3, 4, 5, 6] as const;

const END = 'END_OF_FILE';

/** Opens the contents of the sandbox's own /etc: for texts so short a shell writes into a pipe, and starts no process. */
const OPEN_ETC = [
  `exec ${etcContents.map((_, n) => `${ETC + n}<<'${END}'`).join(' ')}`,
  ...etcContents.map((content) => content + END),
].join('\n');

/** Reads a line, and does what it says. */
const NEXT_STEP = `IFS= read -r step <&${CONTROL}; eval "$step"`;

export interface SandboxStart {
  /** Bubblewrap's options; passed by a descriptor, they are not visible in the machine's process list. */
  readonly options: (etcFrom: number) => readonly string[];
  readonly seccomp: Buffer;
  /** The largest file that a process may make; undefined where a filesystem limits it. */
  readonly fileBytes: number | undefined;
  /** The program in the sandbox. */
  readonly argv: readonly string[];
}

export interface StartedSandbox extends StartedProcess {
  /** Bubblewrap's report of the process ids. */
  readonly report: Readable;
}

/**
 * A shell that prepares the start of a sandbox and becomes it: it enters the control groups, mounts the sources and changes the user.
 * All this takes several times as long as bubblewrap, so a workspace begins with it while it is opened.
 */
export class SandboxLauncher {
  readonly #shell: StartedProcess;

  /** Begins to enter the groups. With a user it has mounts of its own. */
  constructor(
    group: ControlGroup | undefined,
    private readonly user: User | undefined,
    environment: Readonly<Record<string, string>>,
  ) {
    const shell = inGroup(group, `${OPEN_ETC}\n${LINE_BREAK}; ${NEXT_STEP}`);
    const [program = '', ...rest] = user ? withOwnMounts(shell) : shell;
    const stdio = Array.from({ length: ETC }, () => 'pipe' as const);
    this.#shell = startedProcess(spawn(program, rest, { cwd: '/', env: { PATH, ...environment }, stdio }));
    // A shell that has failed breaks its pipes, and says so by its exit code.
    for (const pipe of this.#pipes) pipe.on('error', () => undefined);
  }

  /** Begins to mount the sources, for a user who sees them where `shownAt` says. */
  mount(sources: readonly string[]): void {
    this.#pipes[CONTROL]?.write(`${mountingSources(sources)}; ${NEXT_STEP}\n`);
  }

  /** @throws for words that no program can be given; the shell, which would wait for others for ever, is then ended */
  start(sandbox: SandboxStart): StartedSandbox {
    try {
      return this.#become(sandbox);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  end(): void {
    this.#shell.child.kill('SIGKILL');
  }

  #become({ options, seccomp, fileBytes, argv }: SandboxStart): StartedSandbox {
    const descriptors = { '--args': OPTIONS, '--info-fd': CONTROL, '--seccomp': SECCOMP };
    const sandbox = ['bwrap', ...Object.entries(descriptors).flat().map(String), '--', ...argv];
    const own = options(ETC).map((option) => `${option}\0`);
    const limited = withFileSize(fileBytes, sandbox);
    const command = commandLine(this.user ? asUser(this.user, limited) : limited);

    const pipes = this.#pipes;
    pipes[CONTROL]?.end(`exec ${command}\n`);
    pipes[OPTIONS]?.end(own.join(''));
    pipes[SECCOMP]?.end(seccomp);
    return { ...this.#shell, report: this.#shell.child.stdio[CONTROL] as Readable };
  }

  get #pipes(): readonly Writable[] {
    return this.#shell.child.stdio as unknown as readonly Writable[];
  }
}
