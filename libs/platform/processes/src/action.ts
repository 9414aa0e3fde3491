import type { CommandClass } from '@syntropic/kernel';
import type { Control, NewWork } from '@syntropic/work';
import type { z } from 'zod';

/** A command as it travels: the platform knows its name, never its class. */
export type AddressedCommand = Readonly<{ context: string; type: string; data: object }>;

/** A process's answer to an event. Carried out twice, it has the effect of once. */
export type Action = Readonly<
  | { kind: 'send'; command: AddressedCommand }
  | { kind: 'enqueue'; work: NewWork }
  | { kind: 'control'; executionId: string; control: Control }
  | { kind: 'close_work'; executionId: string }
  | { kind: 'start_timer'; key: string; afterSeconds: number; command: AddressedCommand }
  | { kind: 'stop_timer'; key: string }
>;

const addressed = <C extends CommandClass>(
  context: string,
  command: C,
  data: z.input<C['schema']>,
): AddressedCommand => ({ context, type: command.type, data });

export const send = <C extends CommandClass>(context: string, command: C, data: z.input<C['schema']>): Action => ({
  kind: 'send',
  command: addressed(context, command, data),
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
export const startTimer = <C extends CommandClass>(
  key: string,
  afterSeconds: number,
  context: string,
  command: C,
  data: z.input<C['schema']>,
): Action => ({ kind: 'start_timer', key, afterSeconds, command: addressed(context, command, data) });

export const stopTimer = (key: string): Action => ({ kind: 'stop_timer', key });
