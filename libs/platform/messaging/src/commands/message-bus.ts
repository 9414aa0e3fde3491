import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Command, CommandMessage, ReplyOf } from '@syntropic/kernel';

/** Carries a command out and answers it. */
export type Execute<M extends CommandMessage = CommandMessage> = (command: Command<M>) => Promise<ReplyOf<M>>;

/** Nest's command bus with messages for keys: a message is declared by its contract, so no class stands for it. */
@Injectable()
export class MessageBus extends CommandBus<Command> {
  readonly #handlers = new Map<CommandMessage, Execute>();

  /** @throws when the message has a handler already */
  handle(message: CommandMessage, execute: Execute): void {
    if (this.#handlers.has(message)) throw new Error(`${message.context}.${message.type} has two handlers`);
    this.#handlers.set(message, execute);
  }

  handles(message: CommandMessage): boolean {
    return this.#handlers.has(message);
  }

  /** The publisher tells observers of the bus, as Nest's own bus does. */
  override execute<Answer>(parsed: object): Promise<Answer> {
    // Nest's signature takes any object; what comes here was made by the catalogue.
    const command = parsed as Command;
    const { message } = command;
    const handler = this.#handlers.get(message);
    if (!handler) throw new Error(`${message.context}.${message.type} has no handler`);

    this.publisher.publish(command);
    // The contract of the message types its answer where it is sent.
    return handler(command) as Promise<Answer>;
  }
}
