import {
  DomainError,
  eventIdOf,
  type CommandContext,
  type Lease,
  type Metadata,
  type Reservation,
} from '@syntropic/kernel';
import type { Append, AppendOutcome, NewEvent } from './append';

/** Bytes of an event's data; larger data belongs in object storage. */
const LARGEST_EVENT = 2 * 1024 * 1024;

/**
 * An append as text, so that a batch is only concatenated, and a value that is not JSON fails only its own caller.
 * `plain` appends may be recorded in bulk; `guarded` ones depend on other streams or reservations, and are recorded one at a time.
 */
export type AppendRequest = Readonly<
  { stream: string; expected: number; events: number; length: number } & (
    { kind: 'plain'; texts: readonly string[] } | { kind: 'guarded'; text: string }
  )
>;

/** @throws DomainError `event.too_large` */
export function appendRequest(append: Append): AppendRequest {
  const { stream, expected, behind, context, reads = [], reservations = [] } = append;
  const { lease } = context;
  const events = append.events.map((event, ordinal) => eventText(event, context, ordinal));
  const lengths = events.reduce((sum, text) => sum + text.length + stream.length, 0);
  const request = { stream, expected, events: events.length, length: lengths };

  const isPlain = reads.length === 0 && reservations.length === 0 && !context.isKeyed;
  if (isPlain) {
    const name = JSON.stringify(stream);
    const first = conditionsText(behind, lease);
    const texts = events.map(
      (text, ordinal) => `${ordinal},${name},${expected + ordinal + 1},${text}${ordinal === 0 ? first : ''}]`,
    );
    return { kind: 'plain', ...request, texts };
  }

  const guards = JSON.stringify({
    stream,
    expected,
    ...(behind !== undefined && { behind }),
    reads: reads.map((read) => [read.stream, read.version]),
    reservations: reservations.map(reservationValues),
    ...(lease && { fence: [lease.sessionId, lease.token] }),
    ...(context.isKeyed && { keyed: true }),
  });
  return {
    kind: 'guarded',
    ...request,
    text: `${guards.slice(0, -1)},"events":[${events.map((text) => `[${text}]`).join()}]}`,
  };
}

/** The event that the first one follows, and the lease that the append depends on, as the last items of the first event. */
const conditionsText = (behind: string | undefined, lease: Lease | undefined): string =>
  lease || behind !== undefined ? `,${JSON.stringify([behind, lease?.sessionId, lease?.token]).slice(1, -1)}` : '';

/** The two parameters of `log.append_events`. */
export function callParameters(requests: readonly AppendRequest[]): readonly [plain: string, guarded: string] {
  const plain: string[] = [];
  const guarded: string[] = [];
  let append = 0;
  for (const request of requests) {
    if (request.kind === 'guarded') {
      guarded.push(request.text);
      continue;
    }
    for (const text of request.texts) plain.push(`[${plain.length + 1},${append},${text}`);
    append++;
  }
  return [`[${plain.join()}]`, `[${guarded.join()}]`];
}

/** The row that `log.append_events` returns. */
export type CallResult = Readonly<{
  first_position: number;
  last_position: number;
  /** In the order of the plain appends; null when all of them were recorded one after the other. */
  outcomes_of_plain: readonly AppendOutcome[] | null;
  outcomes_of_guarded: readonly AppendOutcome[] | null;
  recorded_at: Date;
  epoch: string;
}>;

/** The outcome of each request, in their order. */
export function outcomesOf(requests: readonly AppendRequest[], result: CallResult): readonly AppendOutcome[] {
  const plain = result.outcomes_of_plain?.values();
  const guarded = result.outcomes_of_guarded?.values();
  let position = result.first_position - 1;

  return requests.map((request) => {
    if (request.kind === 'guarded') return present(guarded?.next().value);
    if (plain) return present(plain.next().value);

    position += request.events;
    return { is: 'appended', position, version: request.expected + request.events };
  });
}

function present(outcome: AppendOutcome | undefined): AppendOutcome {
  if (!outcome) throw new Error('the log returned fewer outcomes than it was sent appends');
  return outcome;
}

function eventText(event: NewEvent, context: CommandContext, ordinal: number): string {
  const data = JSON.stringify(event.data);
  if (data.length * 3 > LARGEST_EVENT && Buffer.byteLength(data) > LARGEST_EVENT) {
    throw new DomainError('event.too_large', `the data of a ${event.type} is larger than 2 MiB`, 'invalid');
  }
  const metadata = JSON.stringify(metadataOf(context, event.schemaVersion ?? 1));
  return `"${eventIdOf(context.commandId, ordinal)}",${JSON.stringify(event.type)},${data},${metadata}`;
}

export function metadataOf(context: CommandContext, schemaVersion: number): Metadata {
  const { commandId, correlationId, causationId, actor, bodyHash, executionId, traceparent, request } = context;
  return {
    commandId,
    correlationId,
    causationId,
    actor,
    ...(executionId !== undefined && { executionId }),
    schemaVersion,
    bodyHash,
    ...(traceparent !== undefined && { traceparent }),
    ...(request !== undefined && { request }),
  };
}

function reservationValues(reservation: Reservation): readonly string[] {
  if ('claim' in reservation) return ['claim', reservation.claim.scope, reservation.claim.key];
  if ('release' in reservation) return ['release', reservation.release.scope, reservation.release.key];
  return ['empty', reservation.empty.scope];
}
