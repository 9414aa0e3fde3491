import type { CommandContext } from './command';
import type { Event } from './event';

/**
 * A rule that holds across streams, checked under the lock of the append that carries it.
 * `claim`: (scope, key) belongs to this stream alone. `release`: gives it back. `empty`: nothing is claimed in the scope.
 */
export type Reservation = Readonly<
  (
    | { claim: { scope: string; key: string } }
    | { release: { scope: string; key: string } }
    | { empty: { scope: string } }
  ) & {
    /** What the command is told when this is refused, in the aggregate's own words. */
    refusal?: Readonly<{ code: string; message: string }>;
  }
>;

/** How a stream of facts becomes a state. Decisions are plain functions beside it: `(state, command) => events`. */
export type Aggregate<State, E extends Event> = Readonly<{
  /** Names the stream (`execution-<id>`) and the subject token. */
  name: string;
  /** The bounded context it belongs to: the first token of its events' subjects. */
  context: string;
  initial: State;
  evolve: (state: State, event: E) => State;
  /** What an event claims or gives back, so that rules between aggregates hold in the log itself. */
  reserves?: (event: E) => readonly Reservation[];
  /** Per event type: how data of schema version 1, 2, … becomes the next. The newest version is their number + 1. */
  upcasters?: Readonly<Partial<Record<E['type'], readonly ((data: never) => object)[]>>>;
}>;

/** Where a command left its stream. A command that changed nothing answers the stream's last event. */
export type Outcome = Readonly<{ position: number; version: number }>;

/** An aggregate as it stands, with the version that a decision based on it may demand to be unchanged. */
export type Loaded<State> = Readonly<{ state: State; stream: string; version: number }>;

/** The aggregates of one kind, each rebuilt from its own stream. */
export interface Aggregates<State, E extends Event> {
  load(id: string): Promise<Loaded<State>>;

  /**
   * Loads, decides, appends. After a conflict it decides again: decisions are pure, so that is always safe.
   * A command that was carried out before answers its first outcome without deciding.
   * @param reads other aggregates the decision looked at; the append fails over to a new decision when one has moved on.
   */
  update(
    id: string,
    context: CommandContext,
    decide: (state: State) => readonly E[],
    reads?: readonly Pick<Loaded<unknown>, 'stream' | 'version'>[],
  ): Promise<Outcome>;
}

/** Refusing is for decisions. A history that does not replay is corrupt, whatever `evolve` threw. */
export const replay = <State, E extends Event>(
  aggregate: Pick<Aggregate<State, E>, 'name' | 'evolve'>,
  history: readonly E[],
  from: State,
): State => {
  try {
    return history.reduce(aggregate.evolve, from);
  } catch (cause) {
    throw new Error(`the history of this ${aggregate.name} does not replay`, { cause });
  }
};
