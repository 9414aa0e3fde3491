import type { AddressedCommand, CommandMessage, InputOf } from '@syntropic/kernel';
import type { Control, NewWork } from '@syntropic/work';

/** A process's answer to an event. Carried out twice, it has the effect of once. */
export type Action = Readonly<
  | { kind: 'send'; command: AddressedCommand }
  | { kind: 'enqueue'; work: NewWork }
  | { kind: 'control'; executionId: string; control: Control }
  | { kind: 'close_work'; executionId: string }
  | { kind: 'start_timer'; key: string; afterSeconds: number; command: AddressedCommand }
  | { kind: 'stop_timer'; key: string }
>;

const addressed = <M extends CommandMessage>({ context, type }: M, data: InputOf<M>): AddressedCommand => ({
  context,
  type,
  data,
});

/** Sends a command. */
export const send = <M extends CommandMessage>(message: M, data: InputOf<M>): Action => ({
  kind: 'send',
  command: addressed(message, data),
});

/** Queues a leg of a session for a runner. */
export const enqueue = (work: NewWork): Action => ({ kind: 'enqueue', work });

/** Requests run, pause or cancel of all sessions of an execution. */
export const control = (executionId: string, request: Control): Action => ({
  kind: 'control',
  executionId,
  control: request,
});

/** Closes all work of an execution: runners lose their leases on it, and it is offered no longer. */
export const closeWork = (executionId: string): Action => ({ kind: 'close_work', executionId });

/** Sends a command `afterSeconds` after the event was recorded. A key of the process holds one timer: the newest. */
export const startTimer = <M extends CommandMessage>(
  key: string,
  afterSeconds: number,
  message: M,
  data: InputOf<M>,
): Action => ({ kind: 'start_timer', key, afterSeconds, command: addressed(message, data) });

export const stopTimer = (key: string): Action => ({ kind: 'stop_timer', key });
