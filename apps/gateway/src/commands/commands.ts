import { Injectable } from '@nestjs/common';
import { CommandClient } from '@syntropic/messaging';
import { formatPosition } from '@syntropic/projections';
import { z } from 'zod';
import type { ApiRequest } from '../http/endpoint';
import { LogHead } from '../reads/log-head';

type Command = Readonly<{ type: string; schema: z.ZodType }>;

/** The answer of a command that appends to the log. */
const Appended = z.object({ position: z.int() });

/** Sends checked requests as commands. Where the log has changed, the HTTP reply carries the position. */
@Injectable()
export class Commands {
  constructor(
    private readonly client: CommandClient,
    private readonly head: LogHead,
  ) {}

  /** @throws DomainError, OutcomeUnknown */
  async send<C extends Command>(
    { origin, reply }: Pick<ApiRequest, 'origin' | 'reply'>,
    context: string,
    { type }: C,
    data: z.input<C['schema']> & object,
  ): Promise<void> {
    const answer = await this.client.send<unknown>(context, type, data, origin);
    const { data: appended } = Appended.safeParse(answer);
    if (appended) await this.#addPosition(reply, appended.position);
  }

  async #addPosition(reply: ApiRequest['reply'], position: number): Promise<void> {
    const epoch = await this.head.epoch();
    if (epoch !== undefined) void reply.header('x-position', formatPosition({ epoch, position }));
  }
}
