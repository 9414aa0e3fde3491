import { DomainError } from '@syntropic/kernel';
import type { Container, ContainerCreateOptions } from 'dockerode';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { exitOf } from '../agent-process';
import type { AgentInput, AgentProcess, AgentSignal, Exit } from '../workspace';
import { answered, isMissing, type DockerEngine } from './docker-engine';
import { separateOutputs } from '../multiplexed-output';

const KILLED: Exit = { code: null, signal: 'SIGKILL' };

const Waited = z.object({ StatusCode: z.number().int() });

interface State {
  readonly Running: boolean;
  readonly Paused: boolean;
  readonly OOMKilled: boolean;
  readonly Pid: number;
}

/** One program in a container of its own, from the container's creation until its removal. */
export class ContainedProgram {
  readonly agent: AgentProcess;
  readonly #stdin = new PassThrough();
  readonly #outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  /** The container, once its program runs; undefined when it never will. */
  readonly #started: Promise<Container | undefined>;
  #container: Container | undefined;
  #isToEnd = false;
  #wasOutOfMemory = false;

  constructor(
    private readonly engine: DockerEngine,
    definition: ContainerCreateOptions,
    { stdin, keepsStdinOpen = false }: Omit<AgentInput, 'env'>,
  ) {
    this.#stdin.write(stdin);
    if (!keepsStdinOpen) this.#stdin.end();
    const starting = this.#start(definition);
    this.#started = starting.catch(() => undefined);
    const exit = starting.then((container) => (container ? this.#ended(container) : KILLED));
    exit.catch(() => undefined);
    const input = { write: (text: string) => void this.#stdin.write(text), end: () => void this.#stdin.end() };
    this.agent = { stdin: input, ...this.#outputs, exit };
  }

  /** True when the kernel has killed processes of it for want of memory. */
  get wasOutOfMemory(): boolean {
    return this.#wasOutOfMemory;
  }

  async pause(): Promise<void> {
    await this.#change(
      (container) => container.pause(),
      ({ Running, Paused }) => Paused || !Running,
    );
  }

  async unpause(): Promise<void> {
    await this.#change(
      (container) => container.unpause(),
      ({ Paused }) => !Paused,
    );
  }

  /** Resolves for SIGKILL when no process is left. */
  async signal(signal: AgentSignal): Promise<void> {
    if (signal === 'SIGKILL') this.#isToEnd = true;
    await this.#change(
      (container) => container.kill({ signal }),
      ({ Running }) => !Running,
    );
    if (signal === 'SIGKILL') await this.agent.exit.catch(() => undefined);
  }

  /** The process id of the container's first process, as the engine sees it; undefined when it does not run. */
  async pid(): Promise<number | undefined> {
    const state = this.#container && (await stateOf(this.#container));
    return state?.Running ? state.Pid : undefined;
  }

  /** Ends every process, and removes the container. */
  async remove(): Promise<void> {
    await this.signal('SIGKILL');
    if (this.#container) await this.engine.remove(this.#container.id);
    this.#container = undefined;
  }

  async #start(definition: ContainerCreateOptions): Promise<Container | undefined> {
    try {
      const container = await this.engine.create(definition);
      this.#container = container;
      if (this.#isToEnd) {
        this.#endOutputs();
        return undefined;
      }
      await this.#attach(container);
      await answered(container.start());
      return container;
    } catch (error) {
      this.#endOutputs();
      const reason = error instanceof Error ? error.message.trim() : String(error);
      throw new DomainError('workspace.not_started', `the container was not started: ${reason}`, 'conflict', 'agent');
    }
  }

  async #attach(container: Container): Promise<void> {
    const all = { stream: true, stdin: true, stdout: true, stderr: true };
    const connection = await answered(container.attach({ ...all, hijack: true }));
    // An agent that exits without reading its input breaks the connection's half; its exit is what counts.
    connection.on('error', () => undefined);
    this.#stdin.pipe(connection);
    // The connection has no encoding: it is read as bytes.
    void separateOutputs(connection as AsyncIterable<Buffer>, this.#outputs);
  }

  async #ended(container: Container): Promise<Exit> {
    const { StatusCode: code } = Waited.parse(await container.wait());
    this.#wasOutOfMemory = (await stateOf(container))?.OOMKilled === true;
    return exitOf(code);
  }

  #endOutputs(): void {
    for (const output of Object.values(this.#outputs)) output.end();
  }

  /** Changes the container's state. A refusal counts only where the container has not the wanted state anyway. */
  async #change(call: (container: Container) => Promise<unknown>, isReached: (state: State) => boolean): Promise<void> {
    const container = await this.#started;
    if (!container) return;
    try {
      await answered(call(container));
    } catch (error) {
      const state = await stateOf(container);
      if (state && !isReached(state)) throw error;
    }
  }
}

/** Undefined for a container that is gone. */
async function stateOf(container: Container): Promise<State | undefined> {
  try {
    return (await answered(container.inspect())).State;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
