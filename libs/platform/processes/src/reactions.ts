import { setTimeout as pause } from 'node:timers/promises';
import { AppendOutcomeUnknown } from '@syntropic/event-store';
import { DomainError, isMalformed, type Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Action } from './action';
import type { Effects } from './effects';
import { failureOf, type EventFailure } from './event-failure';
import type { Process } from './process';

export type ReactionsOptions = Readonly<{
  pool: Pool;
  effects: Effects;
  log: Pick<Logger, 'debug' | 'warn'>;
  /** Pause before the second attempt, doubled before each further one. */
  backOffMs: number;
}>;

type TryOptions = Readonly<{
  signal: AbortSignal;
  /** Called after each fault that is followed by another quick attempt. */
  onFault: (failure: EventFailure) => void;
}>;

/** Attempts before an event is set aside. */
export const QUICK_ATTEMPTS = 3;

const LONGEST_BACK_OFF_MS = 30_000;
const STORE_ANSWERS_WITHIN_MS = 2_000;

/** Carries out the answer of a process to one event. */
export class Reactions {
  constructor(private readonly options: ReactionsOptions) {}

  /**
   * Tries until the event is carried out or the signal. Answers the failure when the event itself is at fault:
   * while the store does not answer it is not, and is tried again without end.
   */
  async tryQuickly(
    process: Process,
    event: Recorded,
    { signal, onFault }: TryOptions,
  ): Promise<EventFailure | undefined> {
    let backOffMs = this.options.backOffMs;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const fault = await this.tryOnce(process, event);
      if (!fault) return undefined;

      const failure = failureOf(event, fault.cause);
      if (attempt >= QUICK_ATTEMPTS && (await this.#isOfTheEvent(fault.cause))) return failure;
      onFault(failure);
      await pause(backOffMs, undefined, { signal }).catch(() => undefined);
      backOffMs = Math.min(2 * backOffMs, LONGEST_BACK_OFF_MS);
    }
    return undefined;
  }

  /** Answers the fault of the first action that could not be carried out. */
  async tryOnce(process: Process, event: Recorded): Promise<Readonly<{ cause: unknown }> | undefined> {
    try {
      await this.#answer(process, event);
      return undefined;
    } catch (cause) {
      this.options.log.warn({ err: cause, process: process.name, event: event.id }, 'a process failed and tries again');
      return { cause };
    }
  }

  /** A malformed command is no answer to the event: the process may give another one, which names the fault. */
  async #answer(process: Process, event: Recorded): Promise<void> {
    const actions = process.on[event.type]?.(event) ?? [];
    try {
      await this.#carryOutAll(actions, process, event, 0);
    } catch (error) {
      const instead = process.onMalformed[event.type];
      if (!instead || !(error instanceof DomainError)) throw error;
      this.options.log.warn(
        { err: error, process: process.name, event: event.id },
        'a process sent a malformed command',
      );
      await this.#carryOutAll(instead(event, error), process, event, actions.length);
    }
  }

  /** `from` keeps the ids of a second answer's commands apart from those of the first. */
  async #carryOutAll(actions: readonly Action[], process: Process, event: Recorded, from: number): Promise<void> {
    for (const [ordinal, action] of actions.entries()) await this.#carryOut(action, process, event, from + ordinal);
  }

  async #carryOut(action: Action, { name }: Process, event: Recorded, ordinal: number): Promise<void> {
    try {
      await this.options.effects.carryOut(action, { process: name, event, ordinal });
    } catch (error) {
      if (!(error instanceof DomainError) || isMalformed(error)) throw error;
      const about = { process: name, event: event.id, code: error.code };
      this.options.log.debug(about, 'a command was refused, which answers it');
    }
  }

  /** An append of unknown outcome is the store's fault, and so is all else while the store does not answer. */
  async #isOfTheEvent(fault: unknown): Promise<boolean> {
    if (fault instanceof AppendOutcomeUnknown) return false;
    const question = { text: 'select', query_timeout: STORE_ANSWERS_WITHIN_MS };
    return this.options.pool.query(question).then(
      () => true,
      () => false,
    );
  }
}
