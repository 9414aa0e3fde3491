import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Type } from '@nestjs/common';
import type { Command, CommandMessage, ReplyOf } from '@syntropic/kernel';

/** A handler class: for commands that need more than one aggregate, or none. */
export interface Handler<M extends CommandMessage> extends ICommandHandler<Command<M>, ReplyOf<M>> {
  execute(command: Command<M>): Promise<ReplyOf<M>>;
}

const messages = new WeakMap<Type, CommandMessage>();

/** Declares the message of a handler class. The compiler checks that the class takes its data and returns its answer. */
export const Handles =
  <M extends CommandMessage>(message: M) =>
  (target: Type<Handler<M>>): void => {
    CommandHandler(message)(target);
    messages.set(target, message);
  };

/** The message of a handler class. */
export function messageOf(handler: Type): CommandMessage {
  const message = messages.get(handler);
  if (!message) throw new Error(`${handler.name} handles no message`);
  return message;
}
