import type { CommandContext } from './command';
import type { AnyContract, CommandsOf, EventOf } from './contract';
import type { Event } from './event';
import type { Outcome } from './message';

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
    /** The refusal of the command when the condition does not hold. */
    refusal?: Readonly<{ code: string; message: string }>;
  }
>;

/** A decision as the bus calls it: the state, the command's data, the new events. */
type Decide<State, Data, E extends Event> = (state: State, data: Data) => readonly E[];

/** Stands for a decision that needs more than its aggregate: a handler class loads the rest and calls it. */
export class DecidedByHandler<State, Data, E extends Event> {
  /** Never present: carries the types, so that the table of decisions is checked as for any other. */
  declare readonly decide?: Decide<State, Data, E>;

  constructor(readonly decision: string) {}
}

/** Marks a decision whose further arguments a handler class provides; the service does not start without that handler. */
export const byHandler = <State, Data, E extends Event>(
  decide: (state: State, data: Data, ...facts: never[]) => readonly E[],
): DecidedByHandler<State, Data, E> => new DecidedByHandler(decide.name);

/** One decision for each command of a contract, named like it: `startPhase` for `StartPhase`. */
type Decisions<K extends AnyContract, State> = {
  readonly [Name in Uncapitalize<keyof K['commands'] & string>]:
    | Decide<State, CommandsOf<K>[Capitalize<Name>], EventOf<K>>
    | DecidedByHandler<State, CommandsOf<K>[Capitalize<Name>], EventOf<K>>;
};

type Definition<K extends AnyContract, State> = Readonly<{
  initial: NoInfer<State>;
  evolve: (state: State, event: EventOf<K>) => State;
  decisions: Decisions<K, NoInfer<State>>;
  /** The claims and releases of an event, so that rules between aggregates hold in the log itself. */
  reserves?: (event: EventOf<K>) => readonly Reservation[];
  /** Per event type: how data of schema version 1, 2, … becomes the next. The newest version is their number + 1. */
  upcasters?: Readonly<Partial<Record<EventOf<K>['type'], readonly ((data: never) => object)[]>>>;
}>;

/** Folds a stream of events into a state, and decides the events of commands. */
export type Aggregate<State = unknown, E extends Event = Event> = Readonly<{
  contract: AnyContract;
  /** Names the stream (`execution-<id>`) and the subject token. */
  name: string;
  initial: State;
  evolve: (state: State, event: E) => State;
  /** By the types of the commands. */
  decisions: Readonly<Record<string, Decide<State, never, E> | DecidedByHandler<State, never, E>>>;
  reserves?: (event: E) => readonly Reservation[];
  upcasters?: Readonly<Partial<Record<string, readonly ((data: never) => object)[]>>>;
}>;

/** Defines an aggregate by its contract: the compiler names a missing decision, an undeclared event and a forgotten case of `evolve`. */
export const aggregate = <K extends AnyContract, State>(
  contract: K,
  definition: Definition<K, State>,
): Aggregate<State, EventOf<K>> => ({
  contract,
  name: contract.aggregate,
  ...definition,
  decisions: Object.fromEntries(
    Object.entries<Aggregate<State, EventOf<K>>['decisions'][string]>(definition.decisions).map(([name, decision]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      decision,
    ]),
  ),
});

/** An aggregate of another context, folded by the reading context for decisions that depend on it. It decides nothing. */
export type View<State = unknown, E extends Event = Event> = Readonly<
  Pick<Aggregate<State, E>, 'contract' | 'name' | 'initial' | 'evolve'> & {
    /** The context that reads: several contexts may fold the same aggregate, each in its own way. */
    reader: string;
  }
>;

type ViewDefinition<K extends AnyContract, State> = Readonly<{
  reader: string;
  initial: NoInfer<State>;
  evolve: (state: State, event: EventOf<K>) => State;
}>;

/** Declares a view of a contract's aggregate. Its `evolve` gets events of older builds as they were recorded. */
export const view = <K extends AnyContract, State>(
  contract: K,
  definition: ViewDefinition<K, State>,
): View<State, EventOf<K>> => ({ contract, name: contract.aggregate, ...definition });

/** A view whose state and events do not matter to the reader. */
export type AnyView = Readonly<Pick<View, 'contract' | 'name' | 'reader'>>;

/** An aggregate whose state and events do not matter to the reader. */
export type AnyAggregate = Readonly<
  Pick<Aggregate, 'contract' | 'name'> & { decisions: Readonly<Record<string, unknown>> }
>;

/** The current state of an aggregate, with its version, which an append can require to be unchanged. */
export type Loaded<State> = Readonly<{ state: State; stream: string; version: number }>;

/** The aggregates of one kind, each rebuilt from its own stream. */
export interface Aggregates<State, E extends Event> {
  load(id: string): Promise<Loaded<State>>;

  /**
   * The state as of an earlier version, however the aggregate has changed since.
   * @throws Error when the stream has no such version
   */
  loadAt(id: string, version: number): Promise<Loaded<State>>;

  /**
   * Loads, decides, appends. After a conflict it decides again, which is safe because decisions are pure.
   * A command that was carried out before returns its first outcome without a decision.
   * @param reads other aggregates that the decision has read; when one has changed, the append fails with a conflict.
   */
  update(
    id: string,
    context: CommandContext,
    decide: (state: State) => readonly E[],
    reads?: readonly Pick<Loaded<unknown>, 'stream' | 'version'>[],
  ): Promise<Outcome>;
}

/** A history that does not replay is corrupt, so every error of `evolve` is a fault and never a refusal. */
export const replay = <State, E extends Event>(
  { name, evolve }: Readonly<{ name: string; evolve: (state: State, event: E) => State }>,
  history: readonly E[],
  from: State,
): State => {
  try {
    return history.reduce(evolve, from);
  } catch (cause) {
    throw new Error(`the history of this ${name} does not replay`, { cause });
  }
};
