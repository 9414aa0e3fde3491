import type { AddressedCommand, CommandMessage, InputOf } from '@syntropic/kernel';

/** A process's answer to an event. Carried out twice, it has the effect of once. */
export type Action = Readonly<
  | { kind: 'send'; command: AddressedCommand }
  | { kind: 'effect'; name: string; input: unknown }
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

/** Sends a command `afterSeconds` after the event was recorded. A key of the process holds one timer: the newest. */
export const startTimer = <M extends CommandMessage>(
  key: string,
  afterSeconds: number,
  message: M,
  data: InputOf<M>,
): Action => ({ kind: 'start_timer', key, afterSeconds, command: addressed(message, data) });

export const stopTimer = (key: string): Action => ({ kind: 'stop_timer', key });
