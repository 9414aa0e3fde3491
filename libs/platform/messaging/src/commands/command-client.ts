import { NatsRecordBuilder } from '@nestjs/microservices';
import { AdmissionQueue, type Overloaded } from '@syntropic/async';
import { DomainError, type AnswerOf, type CommandContext, type CommandMessage, type InputOf } from '@syntropic/kernel';
import { ErrorCode } from 'nats';
import { EMPTY, catchError, defer, lastValueFrom, map, mergeMap, take, takeUntil, timer } from 'rxjs';
import { natsOptions, writesSettled, type NatsAddress } from '../connection';
import { commandSubject } from '../subjects';
import { digestOf } from './body-hash';
import { commandHeaders } from './command-headers';
import { overloadIn, refusalIn } from './command-reply';
import { hasCode } from './nats-fault';
import { SharedInboxClient } from './shared-inbox';

const RESEND_MS = 1_000;
const TIMEOUT_MS = 5_000;

/** Commands on their way at the same time: more would only wait at the receiver, and be sent again meanwhile. */
const CONCURRENT = 256;
const WAITING_BYTES = 16 * 1024 * 1024;
/** Commands that are sent later than this before their deadline are answered too late. */
const RESERVE_MS = 1_500;

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
  readonly #nats: SharedInboxClient;
  readonly #queue = new AdmissionQueue({ concurrent: CONCURRENT, waitingBytes: WAITING_BYTES, reserveMs: RESERVE_MS });

  /** With a `user`, commands are published under the name of that NATS user, which is the connection's own. */
  constructor(
    address: NatsAddress,
    private readonly user?: string,
  ) {
    this.#nats = new SharedInboxClient(natsOptions(address));
  }

  /**
   * Resolves with the answer. Without one the command is sent again each second under its id; the first answer counts.
   * @throws DomainError when it is refused, OutcomeUnknown after 5 s, Overloaded when it was not begun because its turn would come too late
   */
  async send<M extends CommandMessage>(message: M, data: InputOf<M>, origin: CommandOrigin): Promise<AnswerOf<M>> {
    const { hash, bytes } = digestOf(data);
    const deadline = performance.now() + TIMEOUT_MS;
    const reply = await this.#queue.run(
      () => this.#exchange(message, data, { about: { ...origin, bodyHash: hash }, deadline }),
      { bytes, withinMs: TIMEOUT_MS },
    );
    const refusal = refusalIn(reply);
    if (refusal) throw refusal;
    // The schema is the message's own, so its output is the message's answer.
    return message.answer.parse(reply) as AnswerOf<M>;
  }

  async #exchange(message: CommandMessage, data: object, { about, deadline }: Envelope): Promise<unknown> {
    const { context, type } = message;
    const overloads: Overloaded[] = [];
    let sent = 0;
    let fault: unknown;

    const attempt = () =>
      defer(() => {
        sent++;
        const record = recordOf(data, about, deadline - performance.now());
        return this.#nats.send<unknown>(commandSubject(context, type, this.user), record);
      }).pipe(
        catchError((error: unknown) => {
          if (hasCode(error, ErrorCode.MaxPayloadExceeded)) throw tooLarge(type);
          fault = error;
          return EMPTY;
        }),
        mergeMap((reply) => {
          const overload = overloadIn(reply);
          if (!overload) return [reply];
          overloads.push(overload);
          // Another copy that has no answer yet may be carried out.
          if (overloads.length < sent) return [];
          throw overload;
        }),
      );
    const reply = await lastValueFrom(
      timer(0, RESEND_MS).pipe(
        mergeMap(attempt),
        takeUntil(timer(deadline - performance.now())),
        take(1),
        map(answered),
      ),
      { defaultValue: undefined },
    );

    if (!reply) throw new OutcomeUnknown(about.commandId, { cause: fault });
    return reply.answer;
  }

  async close(): Promise<void> {
    await writesSettled();
    await this.#nats.close();
  }
}

type Envelope = Readonly<{ about: CommandContext; deadline: number }>;

/** Distinguishes an answer from none. */
const answered = (answer: unknown) => ({ answer });

const recordOf = (data: object, context: CommandContext, remainingMs: number) =>
  new NatsRecordBuilder(data).setHeaders(commandHeaders(context, remainingMs)).build();

const tooLarge = (type: string) =>
  new DomainError('command.too_large', `this ${type} is larger than a message may be`, 'invalid');
