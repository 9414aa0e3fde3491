import { ExecutionId, SessionId, type Lease } from '@syntropic/kernel';
import { z } from 'zod';
import { TelemetryEvent } from './telemetry-event';

/** Events that arrived together. Those that come with a lease are refused as a whole when a later token has been seen. */
export type TelemetryBatch = Readonly<{ events: readonly TelemetryEvent[]; lease?: Lease | undefined }>;

/** What a runner sends: the telemetry of the spool's lines `firstLine` to `lastLine`, all of one session. */
export const SpooledBatch = z
  .object({
    sessionId: SessionId,
    executionId: ExecutionId,
    lease: z.object({ sessionId: z.string(), token: z.number().int().nonnegative() }),
    firstLine: z.number().int().nonnegative(),
    lastLine: z.number().int().nonnegative(),
    events: z.array(TelemetryEvent).readonly(),
  })
  .refine(({ sessionId, lease }) => lease.sessionId === sessionId, 'the lease is of another session')
  .refine(
    ({ sessionId, executionId, events }) =>
      events.every((event) => event.sessionId === sessionId && event.executionId === executionId),
    'an event is of another session',
  );
export type SpooledBatch = Readonly<z.input<typeof SpooledBatch>>;

/** The collector's answer: all lines up to `committed` are durable, or nothing of the batch was taken. */
export const CollectorReply = z.union([z.object({ committed: z.number() }), z.object({ refused: z.string() })]);
export type CollectorReply = z.infer<typeof CollectorReply>;

/** The refusal of a batch whose lease has been handed out again. */
export const LEASE_LOST = 'work.lease_lost';

/** The refusal of what is not a batch at all. */
export const MALFORMED = 'telemetry.malformed';

/** Carries the subject that the collector answers on: JetStream keeps no reply subject. */
export const REPLY_HEADER = 'Syn-Reply';

export const TELEMETRY_STREAM = 'TELEMETRY';

export const telemetrySubject = (executionId: string, sessionId: string): string =>
  `telemetry.${executionId}.${sessionId}`;
