import { Controller, Optional } from '@nestjs/common';
import { Ctx, MessagePattern, NatsContext, Payload } from '@nestjs/microservices';
import { DomainError, type CommandContext } from '@syntropic/kernel';
import type { MsgHdrs } from 'nats';
import { commandSubject } from '../subjects';
import { commandContextOf } from './command-headers';
import { refused } from './command-reply';
import { LocalCommands } from './local-commands';
import { RememberedAnswers } from './remembered-answers';

/** Turns messages into commands and refusals into replies. Other errors are faults: they are not answered, and the sender retries. */
@Controller()
export class CommandConsumer {
  constructor(
    private readonly commands: LocalCommands,
    /** A service without a store remembers no answers. */
    @Optional() private readonly answers?: RememberedAnswers,
  ) {}

  @MessagePattern([commandSubject('*', '*'), commandSubject('*', '*', '*')])
  async receive(@Payload() data: unknown, @Ctx() message: NatsContext): Promise<unknown> {
    const [, context = '', type = '', user] = message.getSubject().split('.');
    return replyOf(() => {
      const about = begun(type, commandContextOf(message.getHeaders() as MsgHdrs));
      return this.#firstReply({ context, type, data }, { ...about, ...(user !== undefined && { user }) });
    });
  }

  #firstReply(command: Received, about: CommandContext): Promise<unknown> {
    const carryOut = () => replyOf(() => this.commands.executeFromBus(command, about));
    return about.isKeyed && this.answers ? this.answers.replyTo(about, carryOut) : carryOut();
  }
}

/** A request's command with the time at which its handling begins. */
const begun = (command: string, { request, ...about }: CommandContext): CommandContext => ({
  ...about,
  ...(request && { request: { ...request, command, begunAt: new Date().toISOString() } }),
});

type Received = Parameters<LocalCommands['execute']>[0];

async function replyOf(answer: () => Promise<unknown>): Promise<unknown> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof DomainError) return refused(error);
    throw error;
  }
}
