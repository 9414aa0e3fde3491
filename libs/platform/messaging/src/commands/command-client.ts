import { ClientNats, NatsRecordBuilder } from '@nestjs/microservices';
import { DomainError, type AnswerOf, type CommandContext, type CommandMessage, type InputOf } from '@syntropic/kernel';
import { ErrorCode } from 'nats';
import { EMPTY, catchError, defer, lastValueFrom, mergeMap, take, takeUntil, timer } from 'rxjs';
import { natsOptions, writesSettled, type NatsAddress } from '../connection';
import { commandSubject } from '../subjects';
import { bodyHashOf } from './body-hash';
import { commandHeaders } from './command-headers';
import { refusalIn } from './command-reply';
import { hasCode } from './nats-fault';

const RESEND_MS = 1_000;
const TIMEOUT_MS = 5_000;

/** The command was not answered in time and may have been carried out. Sending it again with the same id is safe. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  readonly code = 'command.outcome_unknown';

  constructor(
    readonly commandId: string,
    options: ErrorOptions,
  ) {
    super(`no answer to command ${commandId} within ${TIMEOUT_MS} ms`, options);
  }
}

/** A command's context without the body's hash, which the client computes. */
export type CommandOrigin = Omit<CommandContext, 'bodyHash'>;

/** Sends commands over the bus, and returns the answer or throws the refusal. */
export class CommandClient {
  readonly #nats: ClientNats;

  constructor(address: NatsAddress) {
    this.#nats = new ClientNats(natsOptions(address));
  }

  /**
   * Resolves with the answer. Without one the command is sent again each second under its id; the first answer counts.
   * @throws DomainError when it is refused, OutcomeUnknown after 5 s
   */
  async send<M extends CommandMessage>(message: M, data: InputOf<M>, origin: CommandOrigin): Promise<AnswerOf<M>> {
    const { context, type } = message;
    const about: CommandContext = { ...origin, bodyHash: bodyHashOf(data) };
    let fault: unknown;

    const attempt = (ordinal: number) =>
      defer(() => this.#nats.send<unknown>(commandSubject(context, type), record(data, about, ordinal))).pipe(
        catchError((error: unknown) => {
          if (hasCode(error, ErrorCode.MaxPayloadExceeded)) throw tooLarge(type);
          fault = error;
          return EMPTY;
        }),
      );
    const reply = await lastValueFrom(
      timer(0, RESEND_MS).pipe(mergeMap(attempt), takeUntil(timer(TIMEOUT_MS)), take(1)),
      { defaultValue: undefined },
    );

    if (reply === undefined) throw new OutcomeUnknown(origin.commandId, { cause: fault });
    const refusal = refusalIn(reply);
    if (refusal) throw refusal;
    // The schema is the message's own, so its output is the message's answer.
    return message.answer.parse(reply) as AnswerOf<M>;
  }

  async close(): Promise<void> {
    await writesSettled();
    await this.#nats.close();
  }
}

const record = (data: object, context: CommandContext, ordinal: number) =>
  new NatsRecordBuilder(data).setHeaders(commandHeaders(context, TIMEOUT_MS - ordinal * RESEND_MS)).build();

const tooLarge = (type: string) =>
  new DomainError('command.too_large', `this ${type} is larger than a message may be`, 'invalid');
