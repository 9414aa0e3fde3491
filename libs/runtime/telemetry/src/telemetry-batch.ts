import { derivedUuid, errorText, ExecutionId, SessionId, type Lease } from '@syntropic/kernel';
import { z } from 'zod';
import { TelemetryEvent } from './telemetry-event';

/** Events that arrived together. A batch with a lease is refused completely when a higher token was seen before. */
export type TelemetryBatch = Readonly<{
  events: readonly TelemetryEvent[];
  lease?: Lease | undefined;
  /** Events that do not parse: they are kept in quarantine. */
  unreadable?: readonly UnreadableEvent[];
}>;

export type UnreadableEvent = Readonly<{ id: string; sessionId: string; reason: string; event: unknown }>;

/** A batch of a runner: the telemetry of the spool's lines `firstLine` to `lastLine`, all of one session. */
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

/** Batches as a message of the bus, one on each line: those of several sessions travel together. */
export const messageOf = (lines: readonly string[]): string => lines.join('\n');

/** The batches of a message, or the replies to them, as bytes. A JSON text has no line break. */
export function linesOfMessage(data: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return [...lines, bytes.subarray(from)];
}

const NEWLINE = 0x0a;

/**
 * Reads a batch in which events are facts of their own: one that does not parse is set apart, and refuses no other.
 * @throws ZodError for a message that is no batch
 */
export function readBatch(message: unknown): SpooledBatch & Pick<TelemetryBatch, 'unreadable'> {
  const whole = SpooledBatch.safeParse(message);
  if (whole.success) return whole.data;

  const { events } = Events.parse(message);
  const read = events.map((event) => ({ event, ...TelemetryEvent.safeParse(event) }));
  const batch = SpooledBatch.parse({ ...Events.parse(message), events: read.flatMap(({ data }) => data ?? []) });
  const unreadable = read.flatMap(({ event, error }) =>
    error ? [{ ...identityOf(batch, event), reason: errorText(z.prettifyError(error)), event }] : [],
  );
  return { ...batch, unreadable };
}

const Events = z.looseObject({ events: z.array(z.unknown()) });

/** The same for each delivery of the batch, so that an event is set apart once. */
const identityOf = ({ sessionId }: SpooledBatch, event: unknown) => ({
  id: derivedUuid('3f6a2b1e-52cf-5d57-8a43-6d1a8f7b9c20', sessionId, JSON.stringify(event)),
  sessionId,
});

/** The collector's reply to one batch: all lines up to `committed` are durable, or the batch was refused completely. */
export const CollectorReply = z.union([z.object({ committed: z.number() }), z.object({ refused: z.string() })]);
export type CollectorReply = z.infer<typeof CollectorReply>;

/** Refuses a batch whose work was leased again since. */
export const LEASE_LOST = 'work.lease_lost';

/** Refuses a line that is not a batch. */
export const MALFORMED = 'telemetry.malformed';

/** The header with the subject for the collector's replies, one on each line in the order of the batches: JetStream keeps no reply subject. */
export const REPLY_HEADER = 'Syn-Reply';

export const TELEMETRY_STREAM = 'TELEMETRY';

/** The subject of a message with batches of several sessions. */
export const SHARED_TELEMETRY = 'telemetry.shared';

/** The subject on which collectors are asked to try events again that were set apart, by their ids in the quarantine. */
export const QUARANTINE_SUBJECT = 'telemetry.quarantine.replay';

export const QuarantineReplay = z.object({ replay: z.array(z.uuid()).max(1_000).readonly() });
export type QuarantineReplay = z.infer<typeof QuarantineReplay>;

export const telemetrySubject = (executionId: string, sessionId: string): string =>
  `telemetry.${executionId}.${sessionId}`;
