import { DomainError } from '@syntropic/kernel';
import { spawn } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { agentProcess, startedProcess } from './agent-process';
import type { ControlGroup } from './control-group';
import { ControlGroups } from './control-groups';
import { closeInheritedDescriptors } from './inherited-descriptors';
import { launchInGroup, withParentDeathSignal } from './launch-command';
import { DEFAULT_LIMITS, effectiveLimits, LIMITS, type DefaultLimits } from './limits';
import { machinePrograms } from './machine-programs';
import { refuseNulBytes } from './nul-bytes';
import { markedProcesses, marker, removeRecord, writeRecord } from './orphans';
import { outOfMemory } from './out-of-memory';
import { descendants } from './process-table';
import { Volume, volumeIn } from './volume';
import {
  SOCKET_VARIABLE,
  type AgentInput,
  type AgentProcess,
  type AgentSignal,
  type Argument,
  type Backend,
  type Limit,
  type Limits,
  type OutOfMemory,
  type Probe,
  type Workspace,
  type WorkspaceSpec,
} from './workspace';
import { signalProcess, WorkspaceProcesses } from './workspace-processes';

const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Runs agents as plain processes with the runner's own rights and no isolation. For machines that are a sandbox themselves. */
export class ProcessBackend implements Backend {
  readonly name = 'process';
  #groups: Promise<ControlGroups> | undefined;

  constructor(
    private readonly allowed: boolean,
    private readonly defaults: DefaultLimits = DEFAULT_LIMITS,
  ) {}

  async probe(): Promise<Probe> {
    const unenforceable = await this.#unenforceable();
    return this.allowed
      ? { available: true, unenforceable, watched: [], seccomp: false }
      : { available: false, reason: 'not allowed by configuration', unenforceable, watched: [], seccomp: false };
  }

  async memoryOf(asked: Limits): Promise<number> {
    return (await this.#limitsOf(asked)).memoryBytes ?? 0;
  }

  programs(): Promise<string> {
    return machinePrograms();
  }

  async create(spec: WorkspaceSpec): Promise<Workspace> {
    if (!this.allowed) {
      throw new DomainError(
        'workspace.backend_not_allowed',
        'this runner does not allow workspaces without isolation',
        'forbidden',
      );
    }
    const limits = await this.#limitsOf(spec.limits);

    await mkdir(spec.directory, { recursive: true });
    const directory = await realpath(spec.directory);
    const volume = await Volume.open(volumeIn(directory), {}, undefined);
    const group = (await this.#controlGroups()).create(spec.id);
    writeRecord(directory, { id: spec.id, groups: [...(group?.directories ?? [])] });
    group?.limit(limits, 0);
    return new PlainWorkspace({ ...spec, directory }, volume, group);
  }

  async #limitsOf(asked: Limits): Promise<Limits> {
    const { defaults } = this;
    return effectiveLimits(this.name, asked, { defaults, unenforceable: await this.#unenforceable() });
  }

  #controlGroups(): Promise<ControlGroups> {
    closeInheritedDescriptors();
    return (this.#groups ??= ControlGroups.find());
  }

  /** Limits of the disk are never enforced: the agent may write anywhere. */
  async #unenforceable(): Promise<Limit[]> {
    const groups = await this.#controlGroups();
    return LIMITS.filter((limit) => !groups.enforces(limit));
  }
}

class PlainWorkspace implements Workspace {
  readonly directory: string;
  readonly home: string;
  readonly #processes: WorkspaceProcesses;
  #agent: number | undefined;

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly volume: Volume,
    private readonly group: ControlGroup | undefined,
  ) {
    this.directory = volume.workspace;
    this.home = volume.home;
    const starter = () => this.#agent;
    this.#processes = new WorkspaceProcesses(group, () => this.#trace(), starter);
  }

  handOver(): Promise<void> {
    return this.volume.handOver();
  }

  spawn(argv: readonly Argument[], { env, ...input }: AgentInput): AgentProcess {
    const path = (word: Argument) => (typeof word === 'string' ? word : word.hostFile);
    const command = argv.map(path);
    const [program = '', ...rest] = launchInGroup(this.group, withParentDeathSignal(command));
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, path(value)]));
    refuseNulBytes([...command, ...Object.values(own)]);
    const socket = this.spec.socket === undefined ? {} : { [SOCKET_VARIABLE]: this.spec.socket };
    const account = { HOME: this.volume.home, TMPDIR: this.volume.temporary };
    const child = spawn(program, rest, {
      cwd: this.directory,
      env: { PATH, LANG: 'C.UTF-8', ...account, ...socket, ...this.spec.environment, ...own, ...marker(this.spec.id) },
      detached: true,
    });
    this.#agent = child.pid;
    return agentProcess(startedProcess(child), input, async () => {
      this.#agent = undefined;
      await this.#processes.kill();
    });
  }

  freeze(): Promise<void> {
    return this.#processes.freeze();
  }

  thaw(): Promise<void> {
    return this.#processes.thaw();
  }

  outOfMemory(): Promise<OutOfMemory | undefined> {
    return Promise.resolve(outOfMemory(this.group?.directories ?? []));
  }

  /** A directory of this workspace says nothing: the agent may write anywhere. */
  outgrown(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async signal(signal: AgentSignal): Promise<void> {
    if (signal === 'SIGKILL') await this.#processes.kill();
    else if (this.#agent !== undefined) signalProcess(-this.#agent, signal);
  }

  async release(): Promise<void> {
    await this.#processes.kill();
    await this.group?.remove();
    removeRecord(this.spec.directory);
  }

  async destroy(): Promise<void> {
    await this.release();
    await this.volume.remove();
  }

  /** Without a pid namespace an orphan loses its ancestry, but keeps the marker in its environment. */
  async #trace(): Promise<number[]> {
    const [family, marked] = await Promise.all([
      this.#agent === undefined ? [] : descendants(this.#agent),
      markedProcesses(this.spec.id),
    ]);
    return [...new Set([...family, ...marked])];
  }
}
