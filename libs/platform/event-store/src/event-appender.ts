import { backOffMs, Pace, type PaceOptions } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { classifyStoreError, type StoreErrorKind } from '@syntropic/postgres';
import { setImmediate } from 'node:timers/promises';
import type { Pool } from 'pg';
import { AppendOutcomeUnknown, type Append, type Appended, type AppendOutcome } from './append';
import { appendRequest, callParameters, outcomesOf, type AppendRequest, type CallResult } from './append-request';
import { appendedEvents } from './appended-events';

export type EventAppenderOptions = Readonly<{
  /** Called after each call that recorded events. */
  onAppended?: (appended: Appended) => void;
  /** Milliseconds for which an append with an unknown outcome is sent again; 30,000 by default. */
  giveUpAfterMs?: number;
  /** How far apart calls begin with few appends. */
  pace?: PaceOptions;
}>;

/** With one call, store and client would wait for each other; a third call would only wait for the lock. */
const CALLS_IN_FLIGHT = 2;
/** Fewer appends than this travel in one call: the cost of a second call is more than its concurrency saves. */
const WORTH_SPLITTING = 128;
/** A call costs the store about the same for one append as for ten; so many are worth it at once. */
const PACE = { times: 2, leastMs: 0, mostMs: 50 };
const WORTH_A_CALL = 16;
const EVENTS_PER_CALL = 1_000;
const CHARACTERS_PER_CALL = 4 * 1024 * 1024;

const CALL_TIMEOUT_MS = 5_000;
const GIVE_UP_AFTER_MS = 30_000;
const BACK_OFF = { firstMs: 20, longestMs: 1_000 };

/** The outcome of these appends is open, or they may succeed when they are sent again. */
const OPEN: ReadonlySet<StoreErrorKind> = new Set(['unavailable', 'conflict', 'foreign']);

const APPEND_EVENTS = {
  name: 'append-events',
  text: 'select * from log.append_events($1, $2)',
  query_timeout: CALL_TIMEOUT_MS,
};

type Waiting = Readonly<{
  append: Append;
  request: AppendRequest;
  deadline: number;
  resolve: (outcome: AppendOutcome) => void;
  reject: (reason: unknown) => void;
}>;

/**
 * Appends to the log by group commit: all waiting appends travel in one call, in autocommit, so no lock outlives a call.
 * A call starts after one turn of the event loop, to include appends of callers that were just answered; few appends wait for their
 * share of a busy store, unless they are of one caller alone, who would wait for nobody.
 * When a call's outcome is unknown the same appends are sent again; the ids of their events make that harmless.
 */
export class EventAppender {
  #waiting: Waiting[] = [];
  /** Appends of a batch that the store refused: each is sent alone, so that only the refused one fails. */
  readonly #isolated: Waiting[] = [];
  readonly #pace: Pace;
  #callsInFlight = 0;
  /** True when another append has come while the last call was under way, or with it. */
  #isShared = false;
  /** Aborted when so many appends wait that they are worth a call. */
  #isWorthACall = new AbortController();
  #isScheduled = false;
  #failures = 0;
  #isBackingOff = false;
  #isStopping = false;

  constructor(
    private readonly pool: Pool,
    private readonly options: EventAppenderOptions = {},
  ) {
    this.#pace = new Pace(options.pace ?? PACE);
  }

  /**
   * @throws DomainError `event.too_large`, or `event.not_storable` for values that no database column can hold
   * @throws AppendOutcomeUnknown when the store could not be reached for `giveUpAfterMs`, or the process is about to end
   */
  async append(append: Append): Promise<AppendOutcome> {
    const request = appendRequest(append);
    const deadline = Date.now() + (this.options.giveUpAfterMs ?? GIVE_UP_AFTER_MS);
    if (this.#callsInFlight > 0) this.#isShared = true;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, request, deadline, resolve, reject });
      if (this.#waiting.length === WORTH_A_CALL) this.#isWorthACall.abort();
      this.#schedule();
    });
  }

  /** Nest's first shutdown hook: appends with an unknown outcome are no longer sent again here, but by the command's sender. */
  onModuleDestroy(): void {
    this.#isStopping = true;
  }

  #schedule(): void {
    const isIdle = this.#waiting.length === 0 && this.#isolated.length === 0;
    if (this.#isScheduled || this.#isBackingOff || isIdle || this.#callsInFlight === CALLS_IN_FLIGHT) return;

    this.#isScheduled = true;
    void this.#takeTurn();
  }

  async #takeTurn(): Promise<void> {
    const isLarge = !this.#isShared || this.#waiting.length >= WORTH_A_CALL || this.#isolated.length > 0;
    this.#isWorthACall = new AbortController();
    await this.#pace.turn({ isLarge, signal: this.#isWorthACall.signal });
    await setImmediate();
    this.#isScheduled = false;
    if (!this.#isBackingOff) void this.#call(this.#nextBatch());
    this.#schedule();
  }

  #nextBatch(): readonly Waiting[] {
    const isolated = this.#isolated.shift();
    if (isolated) return [isolated];

    const free = this.#waiting.length < WORTH_SPLITTING ? 1 : CALLS_IN_FLIGHT - this.#callsInFlight;
    return this.#waiting.splice(0, batchSize(this.#waiting, Math.ceil(this.#waiting.length / free)));
  }

  async #call(batch: readonly Waiting[]): Promise<void> {
    const requests = batch.map(({ request }) => request);
    this.#isShared = batch.length > 1 || this.#callsInFlight > 0;
    this.#callsInFlight++;
    const answer = await this.#pace
      .step(() => this.#send(requests))
      .catch((error: unknown) => {
        this.#recover(batch, error);
      });
    this.#callsInFlight--;
    this.#schedule();

    if (!answer) return;
    this.#failures = 0;
    const { outcomes, result } = answer;
    for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
    const { onAppended } = this.options;
    const appended = onAppended && appendedEvents(batch, outcomes, result);
    if (appended) onAppended(appended);
  }

  async #send(requests: readonly AppendRequest[]): Promise<{ outcomes: readonly AppendOutcome[]; result: CallResult }> {
    const { rows } = await this.pool.query<CallResult>({ ...APPEND_EVENTS, values: [...callParameters(requests)] });
    const [result] = rows;
    if (!result) throw new Error('the log returned no result');
    return { outcomes: outcomesOf(requests, result), result };
  }

  #recover(batch: readonly Waiting[], error: unknown): void {
    const kind = classifyStoreError(error);
    if (OPEN.has(kind)) {
      this.#sendAgain(batch, error);
    } else if (batch.length > 1) {
      this.#isolated.push(...batch);
    } else {
      batch[0]?.reject(kind === 'unstorable' ? notStorable(error) : error);
    }
  }

  #sendAgain(batch: readonly Waiting[], cause: unknown): void {
    const now = this.#isStopping ? Infinity : Date.now();
    for (const { deadline, request, reject } of batch) {
      if (deadline <= now) reject(new AppendOutcomeUnknown(request.stream, cause));
    }
    this.#waiting.unshift(...batch.filter(({ deadline }) => deadline > now));

    if (this.#isBackingOff) return;
    this.#isBackingOff = true;
    setTimeout(
      () => {
        this.#isBackingOff = false;
        this.#schedule();
      },
      backOffMs(BACK_OFF, this.#failures++),
    );
  }
}

/** The number of appends from the front that fit into one call: at least one, however large. */
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

function notStorable(cause: unknown): DomainError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DomainError('event.not_storable', `an event's data cannot be stored: ${reason}`, 'invalid');
}
