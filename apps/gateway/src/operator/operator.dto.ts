import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';

const EventShown = z
  .object({
    position: z.int(),
    id: z.string(),
    type: z.string(),
    stream: z.string(),
    version: z.int(),
    recorded_at: z.string(),
    data: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Absent where it is larger than 16 KiB, or where the answer has no more room.' }),
  })
  .meta({ id: 'LoggedEvent' });
export type EventShown = z.infer<typeof EventShown>;

/** Events that an operator has set aside. */
const Parked = z
  .array(
    z.object({
      event: EventShown,
      error: z.string(),
      reason: z.string(),
      parked_by: z.string(),
      parked_at: z.string(),
    }),
  )
  .meta({ description: 'The newest 50.' });

export const ProjectionShown = z
  .object({
    name: z.string(),
    version: z.int(),
    status: z.enum(['live', 'retrying', 'stopped']).meta({
      description: '`retrying`: it fails and tries again; `stopped`: it waits for an operator.',
    }),
    position: z.int().meta({ description: 'Everything in the log up to here is in the read model.' }),
    behind: z.int().meta({ description: 'How many events of the log come after that.' }),
    error: z.string().nullable(),
    failing_event: EventShown.nullable().meta({ description: 'The one it cannot take.' }),
    parked: Parked,
  })
  .meta({ id: 'ProjectionState' });
export type ProjectionShown = z.infer<typeof ProjectionShown>;

export const ProjectionList = z
  .object({
    head: z.int().meta({ description: 'The newest position of the log.' }),
    projections: z.array(ProjectionShown),
  })
  .meta({ id: 'ProjectionStateList' });

export const ProjectionParams = z.object({ projection: z.string().min(1) });

export const ProcessShown = z
  .object({
    name: z.string(),
    status: z.enum(['running', 'failing', 'stopped']).meta({
      description:
        '`failing`: an event is tried again, and holds up only its own execution; `stopped`: the log was restored, and a retry names the position.',
    }),
    position: z.int().meta({ description: 'Everything in the log up to here is done.' }),
    behind: z.int().meta({ description: 'Events of the log that the process has not read yet.' }),
    error: z.string().nullable(),
    failing_since: z.string().nullable(),
    backlog: z
      .int()
      .meta({ description: 'Events read and not carried out: those that fail, and those that wait behind them.' }),
    failing: z
      .array(
        z.object({
          partition: z.string().meta({ description: 'The execution, or the stream, whose later events wait.' }),
          event: EventShown,
          error: z.string(),
          failing_since: z.string(),
          attempts: z.int(),
          next_attempt_at: z.string().nullable(),
        }),
      )
      .meta({ description: 'The first 50.' }),
    parked: Parked,
  })
  .meta({ id: 'ProcessState' });
export type ProcessShown = z.infer<typeof ProcessShown>;

export const ProcessList = z
  .object({
    head: z.int().meta({ description: 'The newest position of the log.' }),
    processes: z.array(ProcessShown),
  })
  .meta({ id: 'ProcessStateList' });

export const ProcessParams = z.object({ process: z.string().min(1) });

export const RetryProcessRequest = z
  .strictObject({
    position: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'After a restore of the log: the process goes on behind this position.' }),
  })
  .meta({ id: 'RetryProcessRequest' });

export const ParkRequest = z
  .strictObject({
    position: z.int().min(1).meta({ description: 'Of the event that cannot be taken.' }),
    reason: z.string().min(1).max(2_000),
  })
  .meta({ id: 'ParkEventRequest' });

export const DeadLetterQuery = z.object({
  ...pagesByOffset(200, 50),
});

const DeadLetterShown = z
  .object({
    id: z.string(),
    subject: z.string(),
    reason: z.string(),
    buried_by: z.string(),
    buried_at: z.string(),
    replayed_at: z.string().nullable(),
    size_bytes: z.int(),
    preview: z.string().meta({ description: 'The start of its body, as text.' }),
  })
  .meta({ id: 'DeadLetter' });

export const DeadLetterList = z
  .object({ dead_letters: z.array(DeadLetterShown), total: z.int() })
  .meta({ id: 'DeadLetterList' });

export const DeadLetterParams = z.object({ dead_letter_id: z.uuid() });

export const Done = z.object({ success: z.literal(true), message: z.string() }).meta({ id: 'OperatorReply' });
