import { z } from 'zod';
import { POD_PATHS, type PodProgram } from '../../pod-agent/protocol';
import { environmentInside } from '../inside';
import { refuseNulBytes } from '../nul-bytes';
import { marker } from '../orphans';
import type {
  AgentInput,
  AgentProcess,
  AgentSignal,
  Argument,
  OutOfMemory,
  Workspace,
  WorkspaceSpec,
} from '../workspace';
import { PodFiles, type HostFiles } from './host-files';
import type { Mirror } from './mirror';
import type { Pod } from './pod';
import type { PodConnection } from './pod-connection';
import { RemoteProgram } from './pod-program';

const OutOfMemoryAnswer = z.object({ limitBytes: z.number().positive().optional() }).nullable();
const Excess = z.string().max(500).nullish().catch(undefined);

export interface PodWorkspaceParts {
  readonly mirror: Mirror;
  readonly hostFiles: HostFiles;
  readonly startPod: () => Pod;
}

/** A workspace whose programs run in a pod, which exists from the first program until the end of the opening. */
export class PodWorkspace implements Workspace {
  readonly directory: string;
  readonly home: string;
  #pod: Pod | undefined;
  #files: PodFiles | undefined;
  #programs: RemoteProgram[] = [];
  #isSent = false;
  #isDiscarded = false;
  /** Files go one way at a time. */
  #lastTransfer: Promise<void> = Promise.resolve();

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly parts: PodWorkspaceParts,
  ) {
    this.directory = parts.mirror.volume.workspace;
    this.home = parts.mirror.volume.home;
  }

  async handOver(): Promise<void> {
    this.#isSent = false;
    await this.parts.mirror.volume.handOver();
  }

  /** @throws DomainError `workspace.command_invalid` for a NUL byte, which no program can be given */
  spawn(argv: readonly Argument[], { env, ...input }: AgentInput): AgentProcess {
    refuseNulBytes([...argv, ...Object.values(env)].filter((word) => typeof word === 'string'));
    const pod = (this.#pod ??= this.parts.startPod());
    const program = new RemoteProgram(
      {
        lost: pod.lost,
        prepare: () => this.#prepare(pod, argv, env),
        collect: (connection) => this.#collect(connection),
      },
      input,
    );
    this.#programs.push(program);
    return program.agent;
  }

  freeze(): Promise<void> {
    return this.#ask('/freeze');
  }

  thaw(): Promise<void> {
    return this.#ask('/thaw');
  }

  async outOfMemory(): Promise<OutOfMemory | undefined> {
    const pod = this.#pod;
    if (!pod?.isConnected) return undefined;
    const { memoryBytes } = this.spec.limits;
    const own = memoryBytes === undefined ? {} : { limitBytes: memoryBytes };
    const connection = await pod.connection;
    const killed = OutOfMemoryAnswer.parse(await this.#unlessClosed(connection, connection.ask('GET', '/memory')));
    // The pod's limit has room for its agent beside that of the workspace.
    if (killed) return killed.limitBytes === undefined ? {} : own;
    return connection.isClosed && (await pod.lost).wasOutOfMemory ? own : undefined;
  }

  async outgrown(signal: AbortSignal): Promise<string | undefined> {
    const connection = await this.#pod?.connection.catch(() => undefined);
    if (!connection || signal.aborted) return undefined;
    const { diskBytes, inodes } = this.spec.limits;
    return Excess.parse(await connection.wait('/excess', { diskBytes, inodes }, signal)) ?? undefined;
  }

  /** A program that was not started yet never is. */
  async signal(signal: AgentSignal): Promise<void> {
    if (!this.#pod?.isConnected) {
      await this.#removePod();
      return;
    }
    if (signal === 'SIGKILL') await this.#cancel();
    await this.#ask(`/signals/${signal}`);
  }

  async release(): Promise<void> {
    if (this.#pod?.isConnected) {
      await this.signal('SIGKILL');
      // Each program brings back its files before it has ended.
      await Promise.all(this.#programs.map(({ agent }) => agent.exit.catch(() => undefined)));
    }
    await this.#removePod();
  }

  async destroy(): Promise<void> {
    this.#isDiscarded = true;
    await this.release();
    await this.parts.mirror.volume.remove();
  }

  async #prepare(pod: Pod, argv: readonly Argument[], env: AgentInput['env']) {
    const connection = await pod.connection;
    await this.#transfer(() => this.#send(connection));
    return { connection, program: await this.#inside(connection, argv, env) };
  }

  async #send(connection: PodConnection): Promise<void> {
    if (!this.#files) {
      this.#files = new PodFiles(connection, this.parts.hostFiles);
      if (this.spec.socket !== undefined) await connection.tunnelTo(this.spec.socket);
    }
    if (this.#isSent) return;
    await this.parts.mirror.send(connection);
    this.#isSent = true;
  }

  async #collect(connection: PodConnection): Promise<void> {
    if (!this.#isDiscarded) await this.#transfer(() => this.parts.mirror.receive(connection));
  }

  #transfer(files: () => Promise<void>): Promise<void> {
    const transfer = this.#lastTransfer.then(files);
    this.#lastTransfer = transfer.catch(() => undefined);
    return transfer;
  }

  async #inside(connection: PodConnection, argv: readonly Argument[], env: AgentInput['env']): Promise<PodProgram> {
    const files = (this.#files ??= new PodFiles(connection, this.parts.hostFiles));
    const paths = new Map<string, string>();
    for (const word of [...argv, ...Object.values(env)]) {
      if (typeof word === 'string' || paths.has(word.hostFile)) continue;
      const isSocket = word.hostFile === this.spec.socket;
      paths.set(word.hostFile, isSocket ? POD_PATHS.socket : await files.path(word.hostFile));
    }
    const inside = (word: Argument) => (typeof word === 'string' ? word : (paths.get(word.hostFile) ?? ''));
    const environment = environmentInside(this.spec, env, inside);
    return { argv: argv.map(inside), env: { ...environment, ...marker(this.spec.id) } };
  }

  async #ask(path: string): Promise<void> {
    const connection = await this.#pod?.connection.catch(() => undefined);
    if (connection) await this.#unlessClosed(connection, connection.ask('POST', path));
  }

  /** A pod whose connection has ended has no process left, and ends by itself. */
  async #unlessClosed(connection: PodConnection, asked: Promise<unknown>): Promise<unknown> {
    try {
      return await asked;
    } catch (error) {
      if (connection.isClosed) return null;
      throw error;
    }
  }

  async #cancel(): Promise<void> {
    for (const program of this.#programs) program.cancel();
    await Promise.all(this.#programs.map(({ started }) => started));
  }

  async #removePod(): Promise<void> {
    const pod = this.#pod;
    if (!pod) return;
    for (const program of this.#programs) program.cancel();
    await pod.remove();
    this.#pod = undefined;
    this.#files = undefined;
    this.#isSent = false;
    this.#programs = [];
  }
}
