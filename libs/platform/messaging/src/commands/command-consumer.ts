import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, NatsContext, Payload } from '@nestjs/microservices';
import { DomainError } from '@syntropic/kernel';
import type { MsgHdrs } from 'nats';
import { commandSubject } from '../subjects';
import { commandContextOf } from './command-headers';
import { refused } from './command-reply';
import { LocalCommands } from './local-commands';

/** Turns messages into commands and refusals into replies. Other errors are faults: they are not answered, and the sender retries. */
@Controller()
export class CommandConsumer {
  constructor(private readonly commands: LocalCommands) {}

  @MessagePattern(commandSubject('*', '*'))
  async receive(@Payload() data: unknown, @Ctx() message: NatsContext): Promise<unknown> {
    const about = commandContextOf(message.getHeaders() as MsgHdrs);
    const [, context = '', type = ''] = message.getSubject().split('.');
    try {
      return await this.commands.execute({ context, type, data }, about);
    } catch (error) {
      if (error instanceof DomainError) return refused(error);
      throw error;
    }
  }
}
