import type { CommandClass } from '@syntropic/kernel';
import type { Control, NewWork } from '@syntropic/work';
import type { z } from 'zod';

/** A command as it travels: the platform knows its name, never its class. */
export type AddressedCommand = Readonly<{ context: string; type: string; data: object }>;

/** What a process wants done about an event. Doing it twice is the same as doing it once. */
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

/** Asks something of all sessions of an execution. */
export const control = (executionId: string, asked: Control): Action => ({
  kind: 'control',
  executionId,
  control: asked,
});

/** Takes all work of an execution from whoever holds or awaits it. */
export const closeWork = (executionId: string): Action => ({ kind: 'close_work', executionId });

/** Sends a command so long after the event was recorded. A key of the process holds one timer: the newest. */
export const startTimer = <C extends CommandClass>(
  key: string,
  afterSeconds: number,
  context: string,
  command: C,
  data: z.input<C['schema']>,
): Action => ({ kind: 'start_timer', key, afterSeconds, command: addressed(context, command, data) });

export const stopTimer = (key: string): Action => ({ kind: 'stop_timer', key });
