import { chmodSync, chownSync, mkdirSync, realpathSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { agentProcess } from './agent-process';
import { agentGroupIn, isolation } from './bubblewrap';
import type { ControlGroup } from './control-group';
import { DiskWatch } from './disk-watch';
import { programInside, type InsideProgram } from './inside';
import { DEFAULT_LIMITS, effectiveLimits, LIMITS, type DefaultLimits } from './limits';
import { machinePrograms } from './machine-programs';
import { removeRecord, writeRecord } from './orphans';
import { outOfMemory } from './out-of-memory';
import { PreparedStart } from './prepared-start';
import { probeWorkspace } from './probe-workspace';
import { descendants } from './process-table';
import { PATH } from './programs';
import { detectMachine, unenforceableOn, watchedOn, type Machine } from './sandbox-machine';
import { unprivilegedUser } from './unprivileged-user';
import { Volume, volumeIn } from './volume';
import {
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

const POLL_MS = 2;

const SEARCHABLE = 0o711;

/** Bubblewrap's own processes, which count against the group's process limit. */
const WRAPPERS = 2;

/** The host side of one sandbox. */
interface SandboxResources {
  readonly volume: Volume;
  readonly group: ControlGroup | undefined;
  readonly start: PreparedStart;
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

  programs(): Promise<string> {
    return machinePrograms();
  }

  async create(spec: WorkspaceSpec): Promise<Workspace> {
    const machine = await this.#detected();
    const limits = this.#limitsOn(machine, spec.limits);

    const user = unprivilegedUser(spec.id);
    mkdirSync(spec.directory, { recursive: true });
    const directory = realpathSync.native(spec.directory);
    // The places of sessions keep all other users out: within them the workspace's user finds what bears a known name.
    if (user) chmodSync(directory, SEARCHABLE);
    if (user && spec.socket !== undefined) chownSync(spec.socket, user.uid, user.gid);
    const [volume, group] = await Promise.all([
      Volume.open(volumeIn(directory), machine.canMountVolumes ? limits : {}, user),
      this.#limitedGroup({ id: spec.id, directory, limits }),
    ]);
    // Mounts of its own begin as those of the runner are: the volume is among them.
    const start = new PreparedStart({ id: spec.id, group, user });
    const isElsewhere = spec.socket !== undefined && !spec.socket.startsWith(`${directory}/`);
    start.mount([directory, ...(isElsewhere ? [spec.socket] : [])]);
    return new Sandbox({ ...spec, directory, limits }, machine, { volume, group, start });
  }

  /** The group is recorded for a later runner before the first process is in it. */
  async #limitedGroup({
    id,
    directory,
    limits,
  }: Omit<WorkspaceSpec, 'environment'>): Promise<ControlGroup | undefined> {
    const group = (await this.#detected()).groups.create(id);
    writeRecord(directory, { id, groups: [...(group?.directories ?? [])] });
    group?.limit(limits, WRAPPERS);
    return group;
  }

  #limitsOn(machine: Machine, asked: Limits): Limits {
    const { defaults } = this;
    return effectiveLimits(this.name, asked, { defaults, unenforceable: unenforceableOn(machine) });
  }

  #detected(): Promise<Machine> {
    return (this.#machine ??= detectMachine());
  }
}

class Sandbox implements Workspace {
  readonly directory: string;
  readonly home: string;
  readonly #processes: WorkspaceProcesses;
  #wrapper: number | undefined;
  /** The agent's process group on the host; resolves once bubblewrap has reported it. */
  #agentGroup: Promise<number | undefined> = Promise.resolve(undefined);
  #hasBegun = false;
  #released: Promise<void> | undefined;

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly machine: Machine,
    private readonly resources: SandboxResources,
  ) {
    this.directory = resources.volume.workspace;
    this.home = resources.volume.home;
    const starter = () => this.#wrapper;
    const traced = async () => (this.#wrapper === undefined ? [] : descendants(this.#wrapper));
    this.#processes = new WorkspaceProcesses(resources.group, traced, starter);
  }

  handOver(): Promise<void> {
    return this.resources.volume.handOver();
  }

  spawn(argv: readonly Argument[], { env, ...input }: AgentInput): AgentProcess {
    return this.#start(programInside(this.spec, this.resources.volume, argv, env), input);
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
    return Promise.resolve(outOfMemory(this.resources.group?.directories ?? []));
  }

  outgrown(signal: AbortSignal): Promise<string | undefined> {
    const { volume } = this.resources;
    if (volume.isMounted) return Promise.resolve(undefined);
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

  release(): Promise<void> {
    return (this.#released ??= this.#release().catch((error: unknown) => {
      this.#released = undefined;
      throw error;
    }));
  }

  async #release(): Promise<void> {
    this.resources.start.discard();
    await this.#processes.kill();
    await this.resources.group?.remove();
    removeRecord(this.spec.directory);
  }

  async destroy(): Promise<void> {
    await this.release();
    await this.resources.volume.remove();
  }

  #start({ binds, command, environment }: InsideProgram, input: Omit<AgentInput, 'env'>): AgentProcess {
    const { view, seccomp, canMountVolumes } = this.machine;
    const { launcher, place } = this.resources.start.next(binds.map(({ source }) => source));
    const reachable = binds.map((bind) => ({ ...bind, source: place(bind.source) }));
    const { child, exited, report } = launcher.start({
      options: (etcFrom) => isolation(view, { binds: reachable, environment: { PATH, ...environment }, etcFrom }),
      seccomp,
      fileBytes: canMountVolumes ? undefined : this.spec.limits.diskBytes,
      argv: command,
    });
    this.#wrapper = child.pid;
    this.#hasBegun = false;
    this.#agentGroup = agentGroupIn(report);
    return agentProcess({ child, exited }, input, async () => {
      this.#wrapper = undefined;
      await this.#processes.kill();
    });
  }
}
