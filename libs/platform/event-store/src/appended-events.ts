import { eventIdOf, type Recorded } from '@syntropic/kernel';
import type { Append, Appended, AppendOutcome } from './append';
import { metadataOf, type AppendRequest, type CallResult } from './append-request';

type Sent = Readonly<{ append: Append; request: AppendRequest }>;

/** The events that a call has recorded, in the log's order; undefined when it has recorded none. */
export function appendedEvents(
  sent: readonly Sent[],
  outcomes: readonly AppendOutcome[],
  { first_position: first, last_position: last, recorded_at, epoch }: CallResult,
): Appended | undefined {
  if (last < first) return undefined;
  const recordedAt = recorded_at.toISOString();
  const events = sent.flatMap(({ append }, index) => recordedOf(append, outcomes[index], recordedAt));
  return {
    epoch,
    first,
    last,
    events: events.sort((one, other) => one.position - other.position),
    bytes: sent.reduce((sum, { request }) => sum + 2 * request.length, 0),
  };
}

function recordedOf(
  { stream, events, context }: Append,
  outcome: AppendOutcome | undefined,
  recordedAt: string,
): readonly Recorded[] {
  if (outcome?.is !== 'appended') return [];
  const { position, version } = outcome;
  return events.map(({ type, data, schemaVersion = 1 }, ordinal) => {
    const behind = events.length - 1 - ordinal;
    return {
      position: position - behind,
      stream,
      version: version - behind,
      id: eventIdOf(context.commandId, ordinal),
      type,
      data,
      metadata: metadataOf(context, schemaVersion),
      recordedAt,
    };
  });
}
