import type { Actor, RequestTrace } from './event';
import type { CommandMessage, DataOf } from './message';

/** The runner's claim to a piece of work; it is refused once a higher token has been issued. */
export type Lease = Readonly<{ sessionId: string; token: number }>;

/** The origin of a command. It travels in the message's headers and ends in the metadata of the events. */
export type CommandContext = Readonly<{
  commandId: string;
  correlationId: string;
  causationId: string;
  actor: Actor;
  bodyHash: string;
  executionId?: string;
  /** Present on every command of a runner about leased work. */
  lease?: Lease;
  traceparent?: string;
  request?: RequestTrace;
  /** The NATS user that sent it, where the bus vouches for the name: it is part of the subject that only this user may publish. */
  user?: string;
  /** True for a request with an idempotency key: its first answer is remembered, and given again. */
  isKeyed?: boolean;
}>;

/** A command whose data has been parsed: if it exists, it is valid. */
export type Command<M extends CommandMessage = CommandMessage> = Readonly<{
  message: M;
  data: DataOf<M>;
  context: CommandContext;
}>;

/** A command as it travels and as timers keep it: names and data, not yet parsed. */
export type AddressedCommand = Readonly<{ context: string; type: string; data: object }>;
