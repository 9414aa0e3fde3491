import {
  DecidedByHandler,
  type Aggregate,
  type Aggregates,
  type Command,
  type Event,
  type Outcome,
} from '@syntropic/kernel';

type Execute = (command: Command) => Promise<Outcome>;

/** The handler of a command that looks at its aggregate alone; undefined for one whose decision needs a handler class. */
export function decisionHandler(
  aggregate: Aggregate,
  type: string,
  aggregates: Aggregates<unknown, Event>,
): Execute | undefined {
  const decide = aggregate.decisions[type];
  if (!decide) throw new Error(`${aggregate.name} has no decision for ${type}`);
  if (decide instanceof DecidedByHandler) return undefined;

  const { key } = aggregate.contract;
  return ({ data, context }) => {
    // The contract demands the key of every command, and the bus has parsed the data with the schema that the decision takes.
    const { [key]: id = '' } = data as Readonly<Record<string, string>>;
    return aggregates.update(id, context, (state) => decide(state, data as never));
  };
}
