import type { Type } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Aggregate, Aggregates, CommandContext, Event, Outcome } from '@syntropic/kernel';
import { InjectAggregates } from './event-store.module';

type Sent = Readonly<{ context: CommandContext }>;

/**
 * The handler of a command that looks at one aggregate alone: which one, and what is decided.
 * A command that looks at more has a handler class of its own.
 */
export function handles<Command extends Sent, State, E extends Event>(
  type: new (input: never, context?: CommandContext) => Command,
  aggregate: Aggregate<State, E>,
  idOf: (command: Command) => string,
  decide: (state: State, command: Command) => readonly E[],
): Type<Pick<ICommandHandler, 'execute'>> {
  @CommandHandler(type)
  class Handler {
    constructor(@InjectAggregates(aggregate) private readonly aggregates: Aggregates<State, E>) {}

    execute(command: Command): Promise<Outcome> {
      return this.aggregates.update(idOf(command), command.context, (state) => decide(state, command));
    }
  }

  Object.defineProperty(Handler, 'name', { value: `${type.name}Handler` });
  return Handler;
}
