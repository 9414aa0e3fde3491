import { spawn } from 'node:child_process';
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { etcFiles, INSIDE, isolation, knownOptions, systemArguments, type Bind } from './bubblewrap';
import { childAgent } from './child-agent';
import type { ControlGroup } from './control-group';
import { ControlGroups } from './control-groups';
import { asUser, inGroup, staged } from './entrance';
import { refuseLimits } from './limits';
import { marker, removeRecord, writeRecord } from './orphans';
import { descendants } from './process-table';
import { trial } from './trial';
import { unprivilegedUser, type User } from './unprivileged-user';
import { canMount, Volume, volumeIn } from './volume';
import type {
  AgentInput,
  AgentProcess,
  AgentSignal,
  Argument,
  Backend,
  Limit,
  Probe,
  Workspace,
  WorkspaceSpec,
} from './workspace';
import { sendTo, WorkspaceProcesses } from './workspace-processes';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Bubblewrap's own two processes count against a limit that is the agent's. */
const WRAPPERS = 2;

/** What this machine offers; it does not change while a runner lives. */
interface Machine {
  readonly groups: ControlGroups;
  readonly mounts: boolean;
  readonly system: readonly string[];
  readonly known: ReadonlySet<string>;
}

/** Workspaces in namespaces of their own: no daemon, no image, the machine's programs read-only, no network. */
export class SandboxBackend implements Backend {
  readonly name = 'sandbox';
  #machine: Promise<Machine> | undefined;

  async probe(): Promise<Probe> {
    try {
      const machine = await this.#known();
      await trial(this);
      return { available: true, cannotHold: cannotHold(machine) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { available: false, reason, cannotHold: ['memoryBytes', 'pids', 'cpus', 'diskBytes'] };
    }
  }

  async create(spec: WorkspaceSpec): Promise<Workspace> {
    const machine = await this.#known();
    refuseLimits(this.name, spec.limits, cannotHold(machine));

    const user = await unprivilegedUser(spec.id);
    await mkdir(spec.directory, { recursive: true });
    const directory = await realpath(spec.directory);
    const volume = await Volume.open(volumeIn(directory), spec.limits.diskBytes, user);
    const etc = await writeEtc(join(directory, 'etc'));
    const group = await machine.groups.create(spec.id);
    await writeRecord(directory, { id: spec.id, groups: [...(group?.directories ?? [])] });
    await group?.limit(spec.limits, WRAPPERS);
    return new Sandbox({ ...spec, directory }, machine, volume, etc, group, user);
  }

  #known(): Promise<Machine> {
    return (this.#machine ??= inspect());
  }
}

async function inspect(): Promise<Machine> {
  const [groups, mounts, system, known] = await Promise.all([
    ControlGroups.find(),
    canMount(),
    systemArguments(),
    knownOptions(),
  ]);
  return { groups, mounts, system, known };
}

function cannotHold({ groups, mounts }: Machine): Limit[] {
  const byGroup = (['memoryBytes', 'pids', 'cpus'] as const).filter((limit) => !groups.holds(limit));
  return mounts ? byGroup : [...byGroup, 'diskBytes'];
}

async function writeEtc(directory: string): Promise<Bind[]> {
  await mkdir(directory, { recursive: true });
  return Promise.all(
    Object.entries(etcFiles).map(async ([name, content]) => {
      const source = join(directory, name);
      await writeFile(source, content);
      return { source, target: `/etc/${name}`, writable: false };
    }),
  );
}

class Sandbox implements Workspace {
  readonly directory: string;
  readonly #processes: WorkspaceProcesses;
  #wrapper: number | undefined;
  /** The agent's process group on the host, once bubblewrap has told it. */
  #agentGroup: Promise<number | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly machine: Machine,
    private readonly volume: Volume,
    private readonly etc: readonly Bind[],
    private readonly group: ControlGroup | undefined,
    private readonly user: User | undefined,
  ) {
    this.directory = volume.workspace;
    this.#processes = new WorkspaceProcesses(group, async () =>
      this.#wrapper === undefined ? [] : descendants(this.#wrapper),
    );
  }

  handOver(): Promise<void> {
    return this.volume.handOver();
  }

  spawn(argv: readonly Argument[], { stdin, env }: AgentInput): AgentProcess {
    const files = argv.filter((word) => typeof word !== 'string').map(({ hostFile }) => hostFile);
    const inside = (hostFile: string) => `${INSIDE.files}/${files.indexOf(hostFile)}`;
    const binds: readonly Bind[] = [
      { source: this.volume.workspace, target: INSIDE.workspace, writable: true },
      { source: this.volume.home, target: INSIDE.home, writable: true },
      { source: this.volume.temporary, target: INSIDE.temporary, writable: true },
      ...this.etc,
      ...files.map((source) => ({ source, target: inside(source), writable: false })),
    ];
    const command = argv.map((word) => (typeof word === 'string' ? word : inside(word.hostFile)));
    return this.#start(binds, command, this.#environment(env), stdin);
  }

  /** Not while the sandbox is still being set up: there would be no agent yet that a signal could reach. */
  async freeze(): Promise<void> {
    await this.#agentGroup;
    await this.#processes.freeze();
  }

  thaw(): Promise<void> {
    return this.#processes.thaw();
  }

  async signal(signal: AgentSignal): Promise<void> {
    if (signal === 'SIGKILL') {
      await this.#processes.kill();
      return;
    }
    const group = await this.#agentGroup;
    if (group !== undefined && this.#wrapper !== undefined) sendTo(-group, signal);
  }

  async release(): Promise<void> {
    await this.#processes.kill();
    await this.group?.remove();
    await removeRecord(this.spec.directory);
  }

  async destroy(): Promise<void> {
    await this.release();
    await this.volume.remove();
    await rm(join(this.spec.directory, 'etc'), { recursive: true, force: true });
  }

  #start(binds: readonly Bind[], command: readonly string[], environment: Record<string, string>, stdin: string) {
    const { system, known } = this.machine;
    const shown = this.user ? binds.map((bind, n) => ({ ...bind, source: staged(n) })) : binds;
    const options = isolation(system, known, shown, environment);
    // Options that travel by a descriptor are not seen in the machine's list of processes.
    const bubblewrap = ['bwrap', '--args', '3', '--info-fd', '4', '--', ...command];
    const sources = binds.map(({ source }) => source);
    const [program = '', ...rest] = inGroup(
      this.group,
      this.user ? asUser(this.user, sources, bubblewrap) : bubblewrap,
    );

    const child = spawn(program, rest, {
      cwd: '/',
      env: { PATH, ...marker(this.spec.id) },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const [, , , args, info] = child.stdio as [unknown, unknown, unknown, Writable, Readable];
    args.on('error', () => undefined);
    args.end(options.map((option) => `${option}\0`).join(''));
    this.#wrapper = child.pid;
    this.#agentGroup = agentGroup(info);
    return childAgent(child, stdin, async () => {
      this.#wrapper = undefined;
      await this.#processes.kill();
    });
  }

  #environment(env: Readonly<Record<string, string>>): Record<string, string> {
    const account = { HOME: INSIDE.home, USER: 'agent', LOGNAME: 'agent', SHELL: '/bin/sh' };
    return { PATH, LANG: 'C.UTF-8', ...account, ...this.spec.environment, ...env };
  }
}

/** The first process inside leads the session, and so the process group, of the agent. It ignores what it does not handle. */
async function agentGroup(info: Readable): Promise<number | undefined> {
  const told = /"child-pid": (\d+)/.exec(await text(info).catch(() => ''));
  return told ? Number(told[1]) : undefined;
}
