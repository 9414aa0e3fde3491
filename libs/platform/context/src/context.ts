import type { Type } from '@nestjs/common';
import type { AnyAggregate, AnyView, CommandMessage } from '@syntropic/kernel';
import { messageOf } from '@syntropic/messaging';
import type { Process } from '@syntropic/processes';

/** The parts of a bounded context that run in command-service. */
export type Context = Readonly<{
  aggregates: readonly AnyAggregate[];
  /** Aggregates of other contexts that its handlers read. */
  views: readonly AnyView[];
  /** Handler classes, for commands that need more than one aggregate, or none. */
  handlers: readonly Type[];
  processes: readonly Process[];
}>;

/** Declares the manifest of a context. Parts that it does not have may be left out. */
export const context = ({ aggregates = [], views = [], handlers = [], processes = [] }: Partial<Context>): Context => ({
  aggregates,
  views,
  handlers,
  processes,
});

/** The commands of these contexts, each once: those of their contracts, and those that only a handler class names. */
export function commandsOf(contexts: readonly Context[]): readonly CommandMessage[] {
  const declared = contexts.flatMap(({ aggregates }) =>
    aggregates.flatMap(({ contract }) => Object.values(contract.commands)),
  );
  const handled = contexts.flatMap(({ handlers }) => handlers.map(messageOf));
  return [...new Set([...declared, ...handled])];
}

/** Finds the context of an aggregate, the first token of its events' subjects. @throws for an aggregate of no context */
export function contextOfAggregate(contexts: readonly Context[]): (aggregate: string) => string {
  const names = new Map(
    contexts.flatMap(({ aggregates }) => aggregates.map(({ name, contract }) => [name, contract.context] as const)),
  );
  return (aggregate) => {
    const name = names.get(aggregate);
    if (name === undefined) throw new Error(`no context is known to have the aggregate ${aggregate}`);
    return name;
  };
}
