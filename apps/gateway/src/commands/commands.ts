import { Injectable } from '@nestjs/common';
import type { Outcome } from '@syntropic/kernel';
import { CommandClient } from '@syntropic/messaging';
import { formatPosition } from '@syntropic/projections';
import type { z } from 'zod';
import type { Ask } from '../http/endpoint';
import { LogHead } from '../reads/log-head';

type Command = Readonly<{ type: string; schema: z.ZodType }>;

/** Turns checked requests into commands; the reply then says where the change stands in the log. */
@Injectable()
export class Commands {
  constructor(
    private readonly client: CommandClient,
    private readonly head: LogHead,
  ) {}

  /** For what has no place in the log. @throws DomainError, OutcomeUnknown */
  async tell<C extends Command>(
    { origin }: Pick<Ask, 'origin'>,
    context: string,
    { type }: C,
    data: z.input<C['schema']> & object,
  ): Promise<void> {
    await this.client.send(context, type, data, origin);
  }

  /** @throws DomainError, OutcomeUnknown */
  async send<C extends Command>(
    { origin, reply }: Pick<Ask, 'origin' | 'reply'>,
    context: string,
    { type }: C,
    data: z.input<C['schema']> & object,
  ): Promise<Outcome> {
    const outcome = await this.client.send(context, type, data, origin);
    const epoch = await this.head.epoch();
    if (epoch !== undefined) void reply.header('x-position', formatPosition({ epoch, position: outcome.position }));
    return outcome;
  }
}
