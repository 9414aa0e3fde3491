import { DomainError } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { separateOutputs } from '../multiplexed-output';
import type { AgentInput, AgentProcess, Exit } from '../workspace';
import type { PodProgram } from '../../pod-agent/protocol';
import type { Lost } from './pod';
import type { PodConnection } from './pod-connection';

const KILLED: Exit = { code: null, signal: 'SIGKILL' };

const Exited = z.object({
  code: z.number().int().nullable(),
  signal: z
    .string()
    .max(20)
    .nullable()
    .transform((name) => name as NodeJS.Signals | null),
});

/** The pod that a program runs in. */
export interface ProgramPod {
  /** Puts all that the program needs into the pod. Resolves with the program as the pod sees it. */
  prepare(): Promise<{ readonly connection: PodConnection; readonly program: PodProgram }>;
  readonly lost: Promise<Lost>;
  /** Brings back the files that the program has left. */
  collect(connection: PodConnection): Promise<void>;
}

/** One program in a pod. */
export class RemoteProgram {
  readonly agent: AgentProcess;
  readonly #stdin = new PassThrough();
  readonly #outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  readonly #id = randomUUID();
  /** Resolves when the program runs; with undefined when it never will. */
  readonly started: Promise<PodConnection | undefined>;
  #isToEnd = false;

  constructor(
    private readonly pod: ProgramPod,
    { stdin, keepsStdinOpen = false }: Omit<AgentInput, 'env'>,
  ) {
    this.#stdin.write(stdin);
    if (!keepsStdinOpen) this.#stdin.end();
    const starting = this.#start();
    this.started = starting.catch(() => undefined);
    const exit = starting.then((connection) => (connection ? this.#end(connection) : KILLED));
    exit.catch(() => undefined);
    const input = { write: (text: string) => void this.#stdin.write(text), end: () => void this.#stdin.end() };
    this.agent = { stdin: input, ...this.#outputs, exit };
  }

  /** A program that has not been started yet is not started any more. */
  cancel(): void {
    this.#isToEnd = true;
  }

  async #start(): Promise<PodConnection | undefined> {
    try {
      const { connection, program } = await this.pod.prepare();
      if (!this.#isToEnd) {
        await connection.ask('PUT', `/programs/${this.#id}`, program);
        await this.#connect(connection);
        return connection;
      }
    } catch (error) {
      if (!this.#isToEnd) throw this.#notStarted(error);
    }
    this.#endOutputs();
    return undefined;
  }

  async #connect(connection: PodConnection): Promise<void> {
    const stream = await connection.open('POST', `/connections/${this.#id}`);
    this.#stdin.pipe(stream);
    // A pod that is lost breaks its streams before the reason is known.
    void separateOutputs(stream, this.#outputs, async () => (await this.pod.lost).wasOutOfMemory);
  }

  async #end(connection: PodConnection): Promise<Exit> {
    const exit = await this.#exited(connection);
    if (exit !== undefined) {
      await this.pod.collect(connection);
      return exit;
    }
    const { wasOutOfMemory, reason } = await this.pod.lost;
    if (wasOutOfMemory) return KILLED;
    throw new Error(`the pod of the workspace was lost: ${reason}`);
  }

  /** Undefined when the connection ends first. */
  async #exited(connection: PodConnection): Promise<Exit | undefined> {
    try {
      return Exited.parse(await connection.ask('GET', `/exits/${this.#id}`));
    } catch {
      // A pod that cannot tell how its program has ended is of no use.
      connection.close();
      return undefined;
    }
  }

  #notStarted(error: unknown): unknown {
    this.#endOutputs();
    if (error instanceof DomainError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new DomainError('workspace.not_started', `the program was not started: ${reason}`, 'conflict', 'agent');
  }

  #endOutputs(): void {
    for (const output of Object.values(this.#outputs)) output.end();
  }
}
