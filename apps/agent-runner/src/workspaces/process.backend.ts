import { DomainError } from '@syntropic/kernel';
import { spawn } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { childAgent } from './child-agent';
import type { ControlGroup } from './control-group';
import { ControlGroups } from './control-groups';
import { dyingWithRunner, inGroup } from './entrance';
import { refuseLimits } from './limits';
import { marked, marker, removeRecord, writeRecord } from './orphans';
import { descendants } from './process-table';
import { Volume, volumeIn } from './volume';
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

const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Agents as plain processes of this machine, with the runner's own rights: nothing is kept from them. For machines that are a sandbox already. */
export class ProcessBackend implements Backend {
  readonly name = 'process';
  #groups: Promise<ControlGroups> | undefined;

  constructor(private readonly allowed: boolean) {}

  async probe(): Promise<Probe> {
    const cannotHold = await this.#cannotHold();
    return this.allowed
      ? { available: true, cannotHold }
      : { available: false, reason: 'not allowed by configuration', cannotHold };
  }

  async create(spec: WorkspaceSpec): Promise<Workspace> {
    if (!this.allowed) {
      throw new DomainError(
        'workspace.backend_not_allowed',
        'workspaces without isolation are not allowed here',
        'forbidden',
      );
    }
    refuseLimits(this.name, spec.limits, await this.#cannotHold());

    await mkdir(spec.directory, { recursive: true });
    const directory = await realpath(spec.directory);
    const volume = await Volume.open(volumeIn(directory), undefined, undefined);
    const group = await (await this.#found()).create(spec.id);
    await writeRecord(directory, { id: spec.id, groups: [...(group?.directories ?? [])] });
    await group?.limit(spec.limits, 0);
    return new PlainWorkspace({ ...spec, directory }, volume, group);
  }

  #found(): Promise<ControlGroups> {
    return (this.#groups ??= ControlGroups.find());
  }

  /** An agent that may write anywhere has no disk limit. */
  async #cannotHold(): Promise<Limit[]> {
    const groups = await this.#found();
    return (['memoryBytes', 'pids', 'cpus', 'diskBytes'] as const).filter((limit) => !groups.holds(limit));
  }
}

class PlainWorkspace implements Workspace {
  readonly directory: string;
  readonly #processes: WorkspaceProcesses;
  #agent: number | undefined;

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly volume: Volume,
    private readonly group: ControlGroup | undefined,
  ) {
    this.directory = volume.workspace;
    this.#processes = new WorkspaceProcesses(group, () => this.#trace());
  }

  handOver(): Promise<void> {
    return this.volume.handOver();
  }

  spawn(argv: readonly Argument[], { stdin, env }: AgentInput): AgentProcess {
    const command = argv.map((word) => (typeof word === 'string' ? word : word.hostFile));
    const [program = '', ...rest] = inGroup(this.group, dyingWithRunner(command));
    const account = { HOME: this.volume.home, TMPDIR: this.volume.temporary };
    const child = spawn(program, rest, {
      cwd: this.directory,
      env: { PATH, LANG: 'C.UTF-8', ...account, ...this.spec.environment, ...env, ...marker(this.spec.id) },
      detached: true,
    });
    this.#agent = child.pid;
    return childAgent(child, stdin, async () => {
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

  async signal(signal: AgentSignal): Promise<void> {
    if (signal === 'SIGKILL') await this.#processes.kill();
    else if (this.#agent !== undefined) sendTo(-this.#agent, signal);
  }

  async release(): Promise<void> {
    await this.#processes.kill();
    await this.group?.remove();
    await removeRecord(this.spec.directory);
  }

  async destroy(): Promise<void> {
    await this.release();
    await this.volume.remove();
  }

  /** Without a pid namespace a child may outlive its parent and descend from nobody; the mark in its environment stays. */
  async #trace(): Promise<number[]> {
    const [family, bearers] = await Promise.all([
      this.#agent === undefined ? [] : descendants(this.#agent),
      marked(this.spec.id),
    ]);
    return [...new Set([...family, ...bearers])];
  }
}
