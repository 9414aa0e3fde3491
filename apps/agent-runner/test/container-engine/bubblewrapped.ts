import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { agentGroupIn, systemView } from '../../src/workspaces/bubblewrap';
import type { ControlGroup } from '../../src/workspaces/control-group';
import type { ControlGroups } from '../../src/workspaces/control-groups';
import { launchInGroup } from '../../src/workspaces/launch-command';
import { outOfMemory } from '../../src/workspaces/out-of-memory';
import { descendants } from '../../src/workspaces/process-table';
import { PATH } from '../../src/workspaces/programs';
import { signalProcess, WorkspaceProcesses } from '../../src/workspaces/workspace-processes';

/** The descriptor of bubblewrap's report. */
const REPORT = 3;

export interface Program {
  readonly id: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly user: { readonly uid: number; readonly gid: number };
  readonly directory: string;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly writable: boolean }[];
  readonly limits: { readonly memoryBytes?: number; readonly pids?: number; readonly cpus?: number };
  readonly fileBytes?: number | undefined;
  /** True for a container with the network of this machine, and with the files of its own control group. */
  readonly isPod?: boolean;
}

/** A container by bubblewrap, with this machine's programs as its image: own namespaces, no network but loopback, a control group. */
export class Bubblewrapped {
  /** The first process of the container, on the host. */
  readonly pid: Promise<number | undefined>;
  readonly exitCode: Promise<number>;
  wasOutOfMemory = false;
  readonly #processes: WorkspaceProcesses;

  private constructor(
    readonly child: ChildProcessWithoutNullStreams,
    private readonly group: ControlGroup | undefined,
  ) {
    this.#processes = new WorkspaceProcesses(group, () => Promise.resolve(descendantsOf(child)));
    this.pid = agentGroupIn(child.stdio[REPORT] as Readable);
    this.exitCode = this.#end();
  }

  static async start(program: Program, groups: ControlGroups): Promise<Bubblewrapped> {
    const group = groups.create(program.id);
    // Bubblewrap's process outside of the container is no process of it.
    group?.limit(program.limits, 1);
    const limited = program.fileBytes === undefined ? [] : ['prlimit', `--fsize=${program.fileBytes}`, '--'];
    const [command = '', ...rest] = launchInGroup(group, [...limited, 'bwrap', ...(await options(program, group))]);
    const child = spawn(command, [...rest, '--', ...asUser(program)], {
      cwd: '/',
      env: {
        PATH,
        ...Object.fromEntries(program.environment.map((entry) => entry.split(/=(.*)/s, 2) as [string, string])),
      },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    return new Bubblewrapped(child, group);
  }

  freeze(): Promise<void> {
    return this.#processes.freeze();
  }

  thaw(): Promise<void> {
    return this.#processes.thaw();
  }

  kill(): Promise<void> {
    return this.#processes.kill();
  }

  /** To the process group of the program, or to the first process alone, which ignores what it does not handle. */
  async signal(signal: NodeJS.Signals, toGroup: boolean): Promise<void> {
    const pid = await this.pid;
    if (pid !== undefined && toGroup) signalProcess(-pid, signal);
  }

  async #end(): Promise<number> {
    const [code, signal] = (await once(this.child, 'exit')) as [number | null, NodeJS.Signals | null];
    await this.#processes.kill();
    this.wasOutOfMemory = outOfMemory(this.group?.directories ?? []) !== undefined;
    await this.group?.remove();
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  }
}

const descendantsOf = ({ pid }: ChildProcessWithoutNullStreams) => (pid === undefined ? [] : descendants(pid));

async function options(program: Program, group: ControlGroup | undefined): Promise<string[]> {
  const { user, directory, isPod = false } = program;
  const mounts = isPod ? [...program.mounts, ...groupMounts(group)] : program.mounts;
  const { system, hidden } = await systemView();
  const isRoot = process.geteuid?.() === 0;
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--die-with-parent', '--new-session'],
    ...(isPod ? [] : ['--unshare-net']),
    ...(isRoot
      ? ['SETUID', 'SETGID', 'SETPCAP'].flatMap((capability) => ['--cap-add', `CAP_${capability}`])
      : ['--unshare-user', '--uid', String(user.uid), '--gid', String(user.gid)]),
    ...parents(mounts.map(({ target }) => target)).flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...system,
    ...['--proc', '/proc', '--dev', '/dev'],
    ...hidden,
    ...mounts.flatMap(({ source, target, writable }) => [writable ? '--bind' : '--ro-bind', source, target]),
    ...['--remount-ro', '/', '--chdir', directory, '--info-fd', String(REPORT)],
  ];
}

/** Where a runtime shows a container its group: in version 2 as the whole hierarchy, in version 1 as that of the controller. */
function groupMounts(group: ControlGroup | undefined): Program['mounts'] {
  return (group?.directories ?? []).flatMap((source) => {
    if (existsSync(join(source, 'memory.events'))) return { source, target: '/sys/fs/cgroup', writable: false };
    if (!existsSync(join(source, 'memory.oom_control'))) return [];
    return { source, target: '/sys/fs/cgroup/memory', writable: false };
  });
}

/** The directories above the paths, from the top: bubblewrap would make them for root alone. */
function parents(paths: readonly string[]): string[] {
  const above = paths.flatMap((path) => path.split('/').map((_, depth, names) => names.slice(0, depth).join('/')));
  return [...new Set(above)].filter((path) => path !== '' && path !== '/dev').sort();
}

/** A container's runtime is root, changes the user inside, and gives up all capabilities for good. */
function asUser({ user: { uid, gid }, argv }: Program): readonly string[] {
  if (process.geteuid?.() !== 0) return argv;
  const rights = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...rights, '--', ...argv];
}
