import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Ctx, MessagePattern, NatsContext, Payload } from '@nestjs/microservices';
import { DomainError, type CommandClass, type CommandContext } from '@syntropic/kernel';
import type { MsgHdrs } from 'nats';
import { z } from 'zod';
import { commandSubject } from '../subjects';
import { commandContextOf } from './command-headers';
import { refused } from './command-reply';

/** The commands a service handles: per context, wire name → class. */
export type CommandCatalogue = Readonly<Record<string, Readonly<Record<string, CommandClass>>>>;

export const COMMAND_CATALOGUE = Symbol('command catalogue');

/** Turns messages into commands and refusals into replies. What is neither is a fault: the sender gets no answer, and sends again. */
@Controller()
export class CommandConsumer {
  constructor(
    @Inject(COMMAND_CATALOGUE) private readonly catalogue: CommandCatalogue,
    private readonly bus: CommandBus,
  ) {}

  @MessagePattern(commandSubject('*', '*'))
  async receive(@Payload() data: unknown, @Ctx() message: NatsContext): Promise<unknown> {
    const context = commandContextOf(message.getHeaders() as MsgHdrs);
    try {
      return await this.bus.execute(this.parse(message.getSubject(), data, context));
    } catch (error) {
      if (error instanceof DomainError) return refused(error);
      throw error;
    }
  }

  private parse(subject: string, data: unknown, context: CommandContext) {
    const [, scope = '', type = ''] = subject.split('.');
    const Command = this.catalogue[scope]?.[type];
    if (!Command) throw new DomainError('command.unknown', `nobody here knows ${scope}.${type}`, 'invalid');

    try {
      // Parsing is what the constructor is for: it takes what came, whatever it is.
      return new Command(data as never, context);
    } catch (error) {
      if (error instanceof z.ZodError) throw invalid(error);
      throw error;
    }
  }
}

/** The first fault names the field; people mend one at a time, and HTTP lists them all before a command is ever sent. */
function invalid(error: z.ZodError): DomainError {
  const [issue] = error.issues;
  const field = fieldOf(issue?.path ?? []);
  const what = issue?.message ?? error.message;
  return new DomainError('command.invalid', field ? `${field}: ${what}` : what, 'invalid', field || undefined);
}

/** `['phases', 1, 'prompt']` as people write it: `phases[1].prompt`. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((field, key) => {
    if (typeof key === 'number') return `${field}[${key}]`;
    return field ? `${field}.${String(key)}` : String(key);
  }, '');
