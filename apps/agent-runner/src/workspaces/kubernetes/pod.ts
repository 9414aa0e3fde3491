import { DomainError } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster, PodState } from './cluster';
import type { PodListener } from './pod-listener';
import { PodConnection } from './pod-connection';
import type { PodPlan } from './pod-definition';

const BETWEEN_LOOKS_MS = 2_000;
/** A pod that is gone is told to be so after its connection has ended. */
const VERDICT_LOOKS = 10;

/** How a pod ended. */
export interface Lost {
  readonly wasOutOfMemory: boolean;
  readonly reason: string;
}

/** A pod without its name. */
export type PodTemplate = Omit<PodPlan, 'id'>;

/** What all pods of a runner share. */
export interface PodSurroundings {
  readonly cluster: Cluster;
  readonly listener: PodListener;
}

/** A pod from its creation until its removal. */
export class Pod {
  /** Rejects with `workspace.not_started`. */
  readonly connection: Promise<PodConnection>;
  /** Resolves when a pod that was connected has gone, whatever the reason. */
  readonly lost: Promise<Lost>;
  readonly #id = `workspace-${randomUUID()}`;
  readonly #removed = new AbortController();
  #isConnected = false;
  #resolveLost: (lost: Lost) => void = () => undefined;

  /** @param startMs the time for the pod to be placed, to get its image, and to dial */
  constructor(
    private readonly surroundings: PodSurroundings,
    template: PodTemplate,
    startMs: number,
  ) {
    this.lost = new Promise((resolve) => (this.#resolveLost = resolve));
    this.connection = this.#start({ ...template, id: this.#id }, startMs);
    this.connection.catch(() => undefined);
  }

  /** True from the time when the pod has dialled. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Ends every process of the pod, and removes it. */
  async remove(): Promise<void> {
    this.#removed.abort(new Error('the workspace was closed'));
    const connection = await this.connection.catch(() => undefined);
    await connection?.ask('POST', '/end').catch(() => undefined);
    connection?.close();
    await this.surroundings.cluster.remove(this.#id);
  }

  async #start(plan: PodPlan, startMs: number): Promise<PodConnection> {
    const failed = new AbortController();
    const signal = AbortSignal.any([this.#removed.signal, failed.signal, AbortSignal.timeout(startMs)]);
    const { token, connection } = this.surroundings.listener.expect(plan.id, signal);
    try {
      await this.surroundings.cluster.create(plan, token);
      const looking = this.#look(signal, failed);
      const opened = new PodConnection(await connection);
      failed.abort();
      await looking;
      this.#isConnected = true;
      void this.#follow(opened);
      // The token is of no use any more. It is removed again with the pod.
      void this.surroundings.cluster.removeToken(plan.id).catch(() => undefined);
      return opened;
    } catch (error) {
      failed.abort();
      throw this.#notStarted(error, await this.#reason());
    }
  }

  /** Looks at a pod that has not dialled yet, which may have ended before it could. */
  async #look(signal: AbortSignal, failed: AbortController): Promise<void> {
    while (!signal.aborted) {
      const state = await this.#state();
      if (state?.hasEnded) failed.abort(new Error(state.reason ?? 'it has ended'));
      await wait(BETWEEN_LOOKS_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #follow(connection: PodConnection): Promise<void> {
    await connection.closed;
    const state = this.#removed.signal.aborted ? undefined : await this.#verdict();
    this.#resolveLost({
      wasOutOfMemory: state?.wasOutOfMemory ?? false,
      reason: state?.reason ?? 'the connection to it has ended',
    });
  }

  /** The cluster tells of the end some time after it. */
  async #verdict(): Promise<PodState | undefined> {
    for (let looks = 0; looks < VERDICT_LOOKS && !this.#removed.signal.aborted; looks++) {
      const state = await this.#state();
      if (!state || state.hasEnded) return state;
      await wait(BETWEEN_LOOKS_MS, undefined, { signal: this.#removed.signal, ref: false }).catch(() => undefined);
    }
    return undefined;
  }

  /** An API server that does not answer tells nothing. */
  #state(): Promise<PodState | undefined> {
    return this.surroundings.cluster.stateOf(this.#id).catch(() => undefined);
  }

  async #reason(): Promise<string | undefined> {
    return this.#removed.signal.aborted ? undefined : (await this.#state())?.reason;
  }

  #notStarted(error: unknown, told: string | undefined): DomainError {
    const reason = told ?? (error instanceof Error ? error.message : String(error));
    return new DomainError('workspace.not_started', `the pod was not started: ${reason}`, 'conflict', 'agent');
  }
}
