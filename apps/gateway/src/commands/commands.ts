import { Injectable } from '@nestjs/common';
import type { AnswerOf, CommandMessage, InputOf } from '@syntropic/kernel';
import { CommandClient } from '@syntropic/messaging';
import { formatPosition } from '@syntropic/projections';
import { z } from 'zod';
import type { ApiRequest } from '../http/endpoint';
import { LogHead } from '../reads/log-head';

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
  async send<M extends CommandMessage>(
    { origin, reply }: Pick<ApiRequest, 'origin' | 'reply'>,
    message: M,
    data: InputOf<M>,
  ): Promise<AnswerOf<M>> {
    const answer = await this.client.send(message, data, origin);
    const { data: appended } = Appended.safeParse(answer);
    if (appended) await this.#addPosition(reply, appended.position);
    return answer;
  }

  async #addPosition(reply: ApiRequest['reply'], position: number): Promise<void> {
    const epoch = await this.head.epoch();
    if (epoch !== undefined) void reply.header('x-position', formatPosition({ epoch, position }));
  }
}
