import { spawn } from 'node:child_process';
import { chown, mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { agentProcess } from './agent-process';
import { agentGroupIn, INSIDE, isolation, type Bind } from './bubblewrap';
import type { ControlGroup } from './control-group';
import { DiskWatch } from './disk-watch';
import { launchAsUser, launchInGroup, mountedSource, withFileSize } from './launch-command';
import { DEFAULT_LIMITS, effectiveLimits, LIMITS, type DefaultLimits } from './limits';
import { marker, removeRecord, writeRecord } from './orphans';
import { outOfMemory } from './out-of-memory';
import { probeWorkspace } from './probe-workspace';
import { descendants } from './process-table';
import { detectMachine, unenforceableOn, watchedOn, writeEtc, type Machine } from './sandbox-machine';
import { unprivilegedUser, type User } from './unprivileged-user';
import { Volume, volumeIn } from './volume';
import {
  SOCKET_VARIABLE,
  type AgentInput,
  type AgentProcess,
  type AgentSignal,
  type Argument,
  type Backend,
  type Limits,
  type OutOfMemory,
  type Probe,
  type Workspace,
  type WorkspaceSpec,
} from './workspace';
import { signalProcess, WorkspaceProcesses } from './workspace-processes';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const POLL_MS = 2;

/** Bubblewrap's own processes, which count against the group's process limit. */
const WRAPPERS = 2;

/** The host side of one sandbox. */
interface SandboxResources {
  readonly volume: Volume;
  readonly etc: readonly Bind[];
  readonly group: ControlGroup | undefined;
  readonly user: User | undefined;
}

/** Runs agents in their own namespaces by bubblewrap: no daemon, no image, the machine's programs read-only, no network. */
export class SandboxBackend implements Backend {
  readonly name = 'sandbox';
  #machine: Promise<Machine> | undefined;

  constructor(private readonly defaults: DefaultLimits = DEFAULT_LIMITS) {}

  async probe(): Promise<Probe> {
    try {
      const machine = await this.#detected();
      await probeWorkspace(this);
      return { available: true, unenforceable: unenforceableOn(machine), watched: watchedOn(machine), seccomp: true };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { available: false, reason, unenforceable: LIMITS, watched: [], seccomp: true };
    }
  }

  async memoryOf(asked: Limits): Promise<number> {
    const machine = await this.#detected();
    const { memoryBytes, diskBytes = 0 } = this.#limitsOn(machine, asked);
    return memoryBytes ?? (machine.canMountVolumes ? diskBytes : 0);
  }

  async create(spec: WorkspaceSpec): Promise<Workspace> {
    const machine = await this.#detected();
    const limits = this.#limitsOn(machine, spec.limits);

    const user = await unprivilegedUser(spec.id);
    await mkdir(spec.directory, { recursive: true });
    const directory = await realpath(spec.directory);
    // The socket's directory keeps all other users out.
    if (user && spec.socket !== undefined) await chown(spec.socket, user.uid, user.gid);
    const volume = await Volume.open(volumeIn(directory), machine.canMountVolumes ? limits : {}, user);
    const etc = await writeEtc(join(directory, 'etc'));
    const group = await machine.groups.create(spec.id);
    await writeRecord(directory, { id: spec.id, groups: [...(group?.directories ?? [])] });
    await group?.limit(limits, WRAPPERS);
    return new Sandbox({ ...spec, directory, limits }, machine, { volume, etc, group, user });
  }

  #limitsOn(machine: Machine, asked: Limits): Limits {
    const { defaults } = this;
    return effectiveLimits(this.name, asked, { defaults, unenforceable: unenforceableOn(machine) });
  }

  #detected(): Promise<Machine> {
    return (this.#machine ??= detectMachine());
  }
}

type Launch = Readonly<{
  binds: readonly Bind[];
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
}>;

class Sandbox implements Workspace {
  readonly directory: string;
  readonly home: string;
  readonly #processes: WorkspaceProcesses;
  #wrapper: number | undefined;
  /** The agent's process group on the host; resolves once bubblewrap has reported it. */
  #agentGroup: Promise<number | undefined> = Promise.resolve(undefined);
  #hasBegun = false;

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly machine: Machine,
    private readonly resources: SandboxResources,
  ) {
    this.directory = resources.volume.workspace;
    this.home = resources.volume.home;
    this.#processes = new WorkspaceProcesses(resources.group, async () =>
      this.#wrapper === undefined ? [] : descendants(this.#wrapper),
    );
  }

  handOver(): Promise<void> {
    return this.resources.volume.handOver();
  }

  spawn(argv: readonly Argument[], { env, ...input }: AgentInput): AgentProcess {
    const words = [...argv, ...Object.values(env)].filter((word) => typeof word !== 'string');
    const files = [...new Set(words.map(({ hostFile }) => hostFile))];
    const inside = (word: Argument) =>
      typeof word === 'string' ? word : `${INSIDE.files}/${files.indexOf(word.hostFile)}`;
    const { volume, etc } = this.resources;
    const { socket } = this.spec;
    const binds: readonly Bind[] = [
      { source: volume.workspace, target: INSIDE.workspace, writable: true },
      { source: volume.home, target: INSIDE.home, writable: true },
      { source: volume.temporary, target: INSIDE.temporary, writable: true },
      { source: volume.sharedMemory, target: INSIDE.sharedMemory, writable: true },
      ...etc,
      ...files.map((source) => ({ source, target: inside({ hostFile: source }), writable: false })),
      ...(socket === undefined ? [] : [{ source: socket, target: INSIDE.socket, writable: false }]),
    ];
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inside(value)]));
    return this.#start({ binds, command: argv.map(inside), environment: this.#environment(own) }, input);
  }

  /** Waits until the sandbox is set up: frozen earlier, it would have no agent that a signal could reach. */
  async freeze(): Promise<void> {
    await this.#begun();
    await this.#processes.freeze();
  }

  thaw(): Promise<void> {
    return this.#processes.thaw();
  }

  outOfMemory(): Promise<OutOfMemory | undefined> {
    return outOfMemory(this.resources.group?.directories ?? []);
  }

  async outgrown(signal: AbortSignal): Promise<string | undefined> {
    const { volume } = this.resources;
    if (await volume.isMounted()) return undefined;
    return new DiskWatch(volume.root, this.spec.limits, () => this.#processes.members()).exceeded(signal);
  }

  async signal(signal: AgentSignal): Promise<void> {
    if (signal === 'SIGKILL') {
      await this.#processes.kill();
      return;
    }
    const group = await this.#begun();
    if (group !== undefined && this.#wrapper !== undefined) signalProcess(-group, signal);
  }

  /**
   * The agent's process group, once the agent is in it; undefined when the sandbox could not be set up. Until then the group has
   * bubblewrap alone, which ignores signals as pid 1.
   */
  async #begun(): Promise<number | undefined> {
    const group = await this.#agentGroup;
    while (group !== undefined && !this.#hasBegun && this.#wrapper !== undefined) {
      this.#hasBegun = (await descendants(group)).length > 1;
      if (!this.#hasBegun) await wait(POLL_MS);
    }
    return group;
  }

  async release(): Promise<void> {
    await this.#processes.kill();
    await this.resources.group?.remove();
    await removeRecord(this.spec.directory);
  }

  async destroy(): Promise<void> {
    await this.release();
    await this.resources.volume.remove();
    await rm(join(this.spec.directory, 'etc'), { recursive: true, force: true });
  }

  #start({ binds, command, environment }: Launch, input: Omit<AgentInput, 'env'>): AgentProcess {
    const { view, seccomp } = this.machine;
    const { group, user } = this.resources;
    const reachable = user ? binds.map((bind, n) => ({ ...bind, source: mountedSource(n) })) : binds;
    const options = isolation(view, reachable, environment);
    // Options passed by a descriptor are not visible in the machine's process list.
    const sandbox = ['bwrap', '--args', '3', '--info-fd', '4', '--seccomp', '5', '--', ...command];
    const bubblewrap = this.machine.canMountVolumes ? sandbox : withFileSize(this.spec.limits.diskBytes, sandbox);
    const sources = binds.map(({ source }) => source);
    const [program = '', ...rest] = launchInGroup(group, user ? launchAsUser(user, sources, bubblewrap) : bubblewrap);

    const child = spawn(program, rest, {
      cwd: '/',
      env: { PATH, ...marker(this.spec.id) },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const [args, info, filter] = child.stdio.slice(3) as unknown as [Writable, Readable, Writable];
    writeAll(args, options.map((option) => `${option}\0`).join(''));
    writeAll(filter, seccomp);
    this.#wrapper = child.pid;
    this.#hasBegun = false;
    this.#agentGroup = agentGroupIn(info);
    return agentProcess(child, input, async () => {
      this.#wrapper = undefined;
      await this.#processes.kill();
    });
  }

  #environment(env: Readonly<Record<string, string>>): Record<string, string> {
    const account = { HOME: INSIDE.home, USER: 'agent', LOGNAME: 'agent', SHELL: '/bin/sh' };
    const socket = this.spec.socket === undefined ? {} : { [SOCKET_VARIABLE]: INSIDE.socket };
    return { PATH, LANG: 'C.UTF-8', ...account, ...socket, ...this.spec.environment, ...env };
  }
}

/** A bubblewrap that has failed breaks the pipe, and says so by its exit code. */
function writeAll(pipe: Writable, content: string | Buffer): void {
  pipe.on('error', () => undefined);
  pipe.end(content);
}
