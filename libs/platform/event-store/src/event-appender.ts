import { DomainError } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { AppendOutcomeUnknown, type Append, type AppendOutcome } from './append';
import { appendRequest, callParameters, outcomesOf, type AppendRequest, type CallResult } from './append-request';
import { backOffMs, isUndecided, isUnstorable } from './store-fault';

export type EventAppenderOptions = Readonly<{
  /** Told the log's newest position after each call that recorded something. */
  onAppended?: (position: number) => void;
  /** Milliseconds for which an append whose outcome is unknown is sent again: 30 s unless told otherwise. */
  giveUpAfterMs?: number;
}>;

/** One call leaves the store idle while the client works, and the client while the store does; a third would only wait for the lock. */
const CALLS_IN_FLIGHT = 2;
/** Fewer than this are not worth two calls: what a call itself costs is then more than working at the same time saves. */
const WORTH_SPLITTING = 128;
const EVENTS_PER_CALL = 1_000;
const CHARACTERS_PER_CALL = 4 * 1024 * 1024;

const CALL_TIMEOUT_MS = 5_000;
const GIVE_UP_AFTER_MS = 30_000;

const APPEND_EVENTS = {
  name: 'append-events',
  text: 'select * from log.append_events($1, $2)',
  query_timeout: CALL_TIMEOUT_MS,
};

type Waiting = Readonly<{
  request: AppendRequest;
  deadline: number;
  resolve: (outcome: AppendOutcome) => void;
  reject: (reason: unknown) => void;
}>;

/**
 * Appends to the log by group commit: what waits in this process travels in one call, in autocommit, so nothing is ever locked
 * while this process thinks. A call leaves after one turn of the event loop, so that callers just answered ride along.
 * When a call's outcome is unknown the same appends are sent again: the ids of their events make that harmless.
 */
export class EventAppender {
  #waiting: Waiting[] = [];
  /** Appends the store could not digest in company: each goes alone, so that only the culprit fails. */
  readonly #suspects: Waiting[] = [];
  #underWay = 0;
  #leaving = false;
  #failures = 0;
  #pausing = false;
  #isStopping = false;

  constructor(
    private readonly pool: Pool,
    private readonly options: EventAppenderOptions = {},
  ) {}

  /**
   * @throws DomainError `event.too_large`, or `event.not_storable` for text that no database column can hold
   * @throws AppendOutcomeUnknown when the store could not be reached for `giveUpAfterMs`, or the process is about to end
   */
  async append(append: Append): Promise<AppendOutcome> {
    const request = appendRequest(append);
    const deadline = Date.now() + (this.options.giveUpAfterMs ?? GIVE_UP_AFTER_MS);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, deadline, resolve, reject });
      this.#leaveSoon();
    });
  }

  /** Nest's hook, the first of a shutdown: from now on an append whose outcome is unknown is not sent again, for whoever asked does that. */
  onModuleDestroy(): void {
    this.#isStopping = true;
  }

  #leaveSoon(): void {
    const nobodyWaits = this.#waiting.length === 0 && this.#suspects.length === 0;
    if (this.#leaving || this.#pausing || nobodyWaits || this.#underWay === CALLS_IN_FLIGHT) return;

    this.#leaving = true;
    setImmediate(() => {
      this.#leaving = false;
      void this.#call(this.#nextBatch());
      this.#leaveSoon();
    });
  }

  #nextBatch(): readonly Waiting[] {
    const suspect = this.#suspects.shift();
    if (suspect) return [suspect];

    const free = this.#waiting.length < WORTH_SPLITTING ? 1 : CALLS_IN_FLIGHT - this.#underWay;
    return this.#waiting.splice(0, batchSize(this.#waiting, Math.ceil(this.#waiting.length / free)));
  }

  async #call(batch: readonly Waiting[]): Promise<void> {
    const requests = batch.map(({ request }) => request);
    this.#underWay++;
    const answer = await this.#send(requests).catch((error: unknown) => {
      this.#recover(batch, error);
    });
    this.#underWay--;
    this.#leaveSoon();

    if (!answer) return;
    this.#failures = 0;
    const { outcomes, result } = answer;
    for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
    if (result.last_position >= result.first_position) this.options.onAppended?.(result.last_position);
  }

  async #send(requests: readonly AppendRequest[]): Promise<{ outcomes: readonly AppendOutcome[]; result: CallResult }> {
    const { rows } = await this.pool.query<CallResult>({ ...APPEND_EVENTS, values: [...callParameters(requests)] });
    const [result] = rows;
    if (!result) throw new Error('the log did not answer');
    return { outcomes: outcomesOf(requests, result), result };
  }

  #recover(batch: readonly Waiting[], error: unknown): void {
    if (isUndecided(error)) {
      this.#sendAgain(batch, error);
    } else if (batch.length > 1) {
      this.#suspects.push(...batch);
    } else {
      batch[0]?.reject(isUnstorable(error) ? notStorable(error) : error);
    }
  }

  #sendAgain(batch: readonly Waiting[], cause: unknown): void {
    const now = this.#isStopping ? Infinity : Date.now();
    for (const { deadline, request, reject } of batch) {
      if (deadline <= now) reject(new AppendOutcomeUnknown(request.stream, cause));
    }
    this.#waiting.unshift(...batch.filter(({ deadline }) => deadline > now));

    if (this.#pausing) return;
    this.#pausing = true;
    setTimeout(() => {
      this.#pausing = false;
      this.#leaveSoon();
    }, backOffMs(this.#failures++));
  }
}

/** How many from the front fit into one call: at least one, however large. */
function batchSize(waiting: readonly Waiting[], atMost: number): number {
  let events = 0;
  let characters = 0;
  const tooMany = waiting.slice(0, atMost).findIndex(({ request }) => {
    events += request.events;
    characters += request.length;
    return events > EVENTS_PER_CALL || characters > CHARACTERS_PER_CALL;
  });
  return tooMany < 0 ? atMost : Math.max(tooMany, 1);
}

const notStorable = (cause: Error) =>
  new DomainError('event.not_storable', `an event's data cannot be stored: ${cause.message}`, 'invalid');
