import { KeyedMutex } from '@syntropic/async';
import {
  eventIdOf,
  replay,
  type Aggregate,
  type Aggregates,
  type CommandContext,
  type Event,
  type Loaded,
  type Outcome,
  type Recorded,
  type View,
} from '@syntropic/kernel';
import { setTimeout as pause } from 'node:timers/promises';
import { VersionConflict, type AppendOutcome, type NewEvent } from './append';
import { answer } from './append-answer';
import type { EventAppender } from './event-appender';
import type { EventLog } from './event-log';
import { bytesOf, type KeptStates } from './kept-states';
import type { StoredStreams } from './stored-streams';
import { schemaVersionOf, upcast } from './upcast';
import { withoutRefusal } from './without-refusal';

const ATTEMPTS = 8;
/** A conflict costs about as much as so many readings: it sends the whole call through the search for the appends that lose. */
const READ_FIRST = 100;

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
  /** The next updates that read the log before they decide: after a conflict, because another replica appends to the same streams. */
  #readFirst = 0;

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

  async #update(update: Update<State, E>): Promise<Outcome> {
    const { stream, context, decide } = update;
    const early = await this.#updateKept(update);
    if (early) return early;

    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { before, current } = await this.#find(stream, context);
      if (before) return answer(before, stream, []);

      const events = decide(current.state);
      if (events.length === 0) return { position: current.position, version: current.version };

      const outcome = await this.#append(current, events, update);
      if (outcome) return outcome;

      await pause(Math.random() * 2 ** attempt);
    }
    throw new VersionConflict(stream, `it had changed at each of ${ATTEMPTS} attempts`);
  }

  /**
   * Decides on the kept state, or on that of a new stream, without reading the log: the append checks that the stream ends with this
   * event, and that the command is new. Undefined where the log has to be read: a refusal, or no events, may come from an old state.
   */
  async #updateKept(update: Update<State, E>): Promise<Outcome | undefined> {
    if (this.#readFirst > 0) {
      this.#readFirst--;
      return undefined;
    }
    const known = this.#lastKnown(update.stream);
    const { epoch = this.stores.streams.epoch } = known;
    if (epoch === undefined) return undefined;
    const events = withoutRefusal(() => update.decide(known.state));
    if (events.length === 0) return undefined;

    const outcome = await this.#append({ ...known, epoch }, events, update);
    if (!outcome) this.#readFirst = READ_FIRST;
    return outcome;
  }

  /** Undefined when the stream is not the one that was decided on. */
  async #append(
    current: Replayed<State>,
    events: readonly E[],
    { stream, context, reads }: Update<State, E>,
  ): Promise<Outcome | undefined> {
    const reservations = events.flatMap((event) => this.aggregate.reserves?.(event) ?? []);
    const { version: expected, last: behind } = current;
    const append = { stream, expected, behind, events: this.#versioned(events), context, reads, reservations };
    const outcome = await this.stores.appender.append(append);
    if (outcome.is === 'conflict') return undefined;
    if (outcome.is === 'appended') this.#keepAppended(current, events, { ...outcome, context });
    return answer(outcome, stream, reservations);
  }

  /** The state after the own events, as a replay of the log would make it: their data has been JSON. */
  #keepAppended(
    current: Replayed<State>,
    events: readonly E[],
    { position, version, context }: Outcome & Pick<Update<State, E>, 'context'>,
  ): void {
    const texts = events.map(({ data }) => JSON.stringify(data));
    const stored = events.map((event, index) => ({ ...event, data: JSON.parse(texts[index] ?? '{}') as object }));
    const state = replay(this.aggregate, stored, current.state);
    const last = eventIdOf(context.commandId, events.length - 1);
    const bytes = texts.reduce((sum, text) => sum + 2 * text.length, 0);
    this.stores.kept.set(this.#ownPlace(current.stream), { ...current, state, version, position, last }, bytes);
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
