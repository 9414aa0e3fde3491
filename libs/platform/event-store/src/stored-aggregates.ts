import { KeyedMutex } from '@syntropic/async';
import {
  DomainError,
  replay,
  type Aggregate,
  type Aggregates,
  type CommandContext,
  type Event,
  type Loaded,
  type Outcome,
  type Recorded,
  type Reservation,
  type View,
} from '@syntropic/kernel';
import { setTimeout as pause } from 'node:timers/promises';
import { VersionConflict, type AppendOutcome, type NewEvent } from './append';
import type { EventAppender } from './event-appender';
import type { EventLog } from './event-log';
import { bytesOf, type KeptStates } from './kept-states';
import type { StoredStreams } from './stored-streams';
import { schemaVersionOf, upcast } from './upcast';

const ATTEMPTS = 8;

/** The parts of an aggregate that turn its events into a state. */
export type StoredKind<State, E extends Event> = Pick<
  Aggregate<State, E>,
  'name' | 'initial' | 'evolve' | 'reserves' | 'upcasters'
> &
  Partial<Pick<View, 'reader'>>;

export type AggregateStores = Readonly<{
  log: EventLog;
  streams: StoredStreams;
  appender: EventAppender;
  /** Shared by the aggregates of all kinds. */
  kept: KeptStates;
}>;

type Reads = readonly Pick<Loaded<unknown>, 'stream' | 'version'>[];

type Update<State, E extends Event> = Readonly<{
  stream: string;
  context: CommandContext;
  decide: (state: State) => readonly E[];
  reads: Reads;
}>;

/** `epoch` identifies the log, `last` the last event; both are absent before the first read. */
type Replayed<State> = Loaded<State> & Readonly<{ position: number; epoch?: string; last?: string }>;

/** The aggregates of one kind, rebuilt from the log and changed by appending to it. */
export class StoredAggregates<State, E extends Event> implements Aggregates<State, E> {
  /** Runs commands to one stream one after the other, because only one append can succeed at a time. */
  readonly #mutex = new KeyedMutex();

  constructor(
    private readonly aggregate: StoredKind<State, E>,
    private readonly stores: AggregateStores,
  ) {}

  async load(id: string): Promise<Loaded<State>> {
    const { current } = await this.#find(this.#streamOf(id));
    return current;
  }

  async loadAt(id: string, version: number): Promise<Loaded<State>> {
    const stream = this.#streamOf(id);
    // Claims of one template come together, and each of them would replay it.
    return this.#mutex.run(placeOf(stream, version), () => this.#loadAt(stream, version));
  }

  async #loadAt(stream: string, version: number): Promise<Loaded<State>> {
    const place = placeOf(stream, version);
    const { epoch, last } = await this.stores.streams.eventAt(stream, version);
    if (last === undefined) throw new Error(`${stream} has no version ${version}`);

    const kept = [this.#kept(place), this.#kept(stream)].find(
      (one) => one?.version === version && one.epoch === epoch && one.last === last,
    );
    if (kept) return kept;

    this.stores.kept.delete(this.#ownPlace(place));
    let known: Replayed<State> = { ...this.#initial(stream), epoch };
    while (known.version < version) {
      const page = await this.stores.log.readStream(stream, known.version, version - known.version);
      if (page.length === 0) throw new Error(`${stream} has no version ${version}`);
      known = this.#replayed(known, page, place);
    }
    return known;
  }

  /**
   * @throws VersionConflict when the stream keeps changing, or one of the `reads` has changed and the caller must load it again
   * @throws DomainError of the decision, or `command.id_reused`, `command.answered`, `claim.taken`, `scope.not_empty`, `work.lease_lost`
   */
  async update(
    id: string,
    context: CommandContext,
    decide: (state: State) => readonly E[],
    reads: Reads = [],
  ): Promise<Outcome> {
    const stream = this.#streamOf(id);
    return this.#mutex.run(stream, () => this.#update({ stream, context, decide, reads }));
  }

  async #update({ stream, context, decide, reads }: Update<State, E>): Promise<Outcome> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { before, current } = await this.#find(stream, context);
      if (before) return answer(before, stream, []);

      const events = decide(current.state);
      if (events.length === 0) return { position: current.position, version: current.version };

      const reservations = events.flatMap((event) => this.aggregate.reserves?.(event) ?? []);
      const append = { stream, expected: current.version, events: this.#versioned(events), context };
      const outcome = await this.stores.appender.append({ ...append, reads, reservations });
      if (outcome.is !== 'conflict') return answer(outcome, stream, reservations);

      await pause(Math.random() * 2 ** attempt);
    }
    throw new VersionConflict(stream, `it had changed at each of ${ATTEMPTS} attempts`);
  }

  #streamOf(id: string): string {
    return `${this.aggregate.name}-${id}`;
  }

  #versioned(events: readonly E[]): readonly NewEvent[] {
    return events.map((event) => ({ ...event, schemaVersion: schemaVersionOf(this.aggregate, event.type) }));
  }

  /** The current state of the stream and, if this command was carried out before, its outcome. */
  async #find(
    stream: string,
    context?: CommandContext,
  ): Promise<{ before: AppendOutcome | undefined; current: Replayed<State> }> {
    const known = this.#lastKnown(stream);
    const { epoch, before, behind, events, version } = await this.stores.streams.find(stream, known.version, context);
    if (known.version > 0 && (known.epoch !== epoch || known.last !== behind)) {
      // The log went back: the kept state may include events that it does not have.
      this.stores.kept.delete(this.#ownPlace(stream));
      return this.#find(stream, context);
    }
    return { before, current: before ? known : await this.#follow({ ...known, epoch }, events, version) };
  }

  #lastKnown(stream: string): Replayed<State> {
    return this.#kept(stream) ?? this.#initial(stream);
  }

  #kept(place: string): Replayed<State> | undefined {
    // Only this kind of aggregate has streams of its name, and a view of it has places of its own.
    return this.stores.kept.get(this.#ownPlace(place)) as Replayed<State> | undefined;
  }

  #ownPlace(place: string): string {
    const { reader } = this.aggregate;
    return reader === undefined ? place : `${reader} ${place}`;
  }

  #initial(stream: string): Replayed<State> {
    return { state: this.aggregate.initial, stream, version: 0, position: 0 };
  }

  /** Replays a page, and every page after it up to the stream's version. */
  async #follow(known: Replayed<State>, page: readonly Recorded[], version: number): Promise<Replayed<State>> {
    if (page.length === 0) return known;

    const current = this.#replayed(known, page, known.stream);
    if (current.version >= version) return current;

    return this.#follow(current, await this.stores.log.readStream(current.stream, current.version), version);
  }

  /** Replays a page, and keeps the state at this place. */
  #replayed(known: Replayed<State>, page: readonly Recorded[], place: string): Replayed<State> {
    const last = page.at(-1);
    if (!last) return known;

    const history = page.map((event) => upcast<E>(this.aggregate, event));
    const state = replay(this.aggregate, history, known.state);
    const current = { ...known, state, version: last.version, position: last.position, last: last.id };
    this.stores.kept.set(
      this.#ownPlace(place),
      current,
      page.reduce((sum, { data }) => sum + bytesOf(data), 0),
    );
    return current;
  }
}

/** The key of a state as of an earlier version, beside the stream's own. */
const placeOf = (stream: string, version: number): string => `${stream}@${version}`;

function answer(outcome: AppendOutcome, stream: string, reservations: readonly Reservation[]): Outcome {
  switch (outcome.is) {
    case 'appended':
    case 'replayed':
      return { position: outcome.position, version: outcome.version };
    case 'conflict':
      throw new VersionConflict(stream, 'it has changed');
    case 'outdated':
      throw new VersionConflict(stream, 'a stream that the decision has read has changed');
    case 'id_reused':
      throw new DomainError('command.id_reused', 'this command id was used for another command');
    case 'claimed':
      throw refused(reservations[outcome.at], 'claim.taken', `${outcome.by} holds it`);
    case 'not_empty':
      throw refused(reservations[outcome.at], 'scope.not_empty', 'something still belongs to it');
    case 'fenced':
      throw new DomainError('work.lease_lost', 'the lease on this work has expired or belongs to another runner');
    case 'answered':
      throw new DomainError('command.answered', 'a copy of this command was answered meanwhile');
  }
}

function refused(reservation: Reservation | undefined, code: string, message: string): DomainError {
  const refusal = reservation?.refusal ?? { code, message };
  return new DomainError(refusal.code, refusal.message);
}
