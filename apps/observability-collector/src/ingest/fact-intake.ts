import { derivedUuid } from '@syntropic/kernel';
import {
  eventOf,
  isToBeKept,
  isUnreadable,
  type EventBuffer,
  type EventFault,
  type NumberedEvent,
  type ReportedFact,
  type SessionPlaces,
  type StoredBatch,
  type TelemetryEvent,
  type UnreadableEvent,
  withoutSecrets,
} from '@syntropic/telemetry';
import { invalidBody } from './ingest-problem';

/** A part of a request that reports nothing, and why. */
export type FaultyPart = Readonly<{ index: number; faults: readonly EventFault[]; part: unknown }>;

export type Reported = Readonly<{ facts: readonly ReportedFact[]; faulty: readonly FaultyPart[]; bytes: number }>;

/** The outcome of a request: every part of it is counted once. */
export type Intake = Readonly<{
  accepted: number;
  duplicates: number;
  quarantined: number;
  /** The first faults. */
  errors: readonly EventFault[];
}>;

type IntakeOptions = Readonly<{
  buffer: EventBuffer;
  places: Pick<SessionPlaces, 'of'>;
  /** Hears of what was stored. */
  onStored: (batch: StoredBatch) => void;
  publish: (stored: readonly NumberedEvent[]) => void;
}>;

const SHOWN_FAULTS = 20;
/** Characters of a faulty part that are kept. */
const KEPT_PART = 256 * 1024;

/** Stores reported facts: it resolves when they are durable. */
export class FactIntake {
  constructor(private readonly options: IntakeOptions) {}

  /** @throws IngestProblem when every part is faulty; BufferFull; or the fault of the store */
  async take({ facts: reported, faulty, bytes }: Reported): Promise<Intake> {
    const { buffer, places, onStored, publish } = this.options;
    const known = await places.of(reported.map(({ sessionId }) => sessionId));
    const facts = reported.filter((fact) => isToBeKept(fact, known.get(fact.sessionId)));
    const now = Date.now();
    const read = facts.map((fact) => eventOf(fact, known.get(fact.sessionId), now));
    const events = read.filter((event): event is TelemetryEvent => !isUnreadable(event));
    const unreadable = [...read.filter(isUnreadable), ...faulty.map(unreadablePart)];
    const errors = faultsOf(read, faulty);
    if (events.length === 0 && unreadable.length > 0) throw invalidBody(errors);
    if (events.length === 0) return { accepted: 0, duplicates: 0, quarantined: 0, errors };

    const stored = await buffer.submit({ events, unreadable }, bytes);
    onStored(stored);
    if (stored.leaseLost) throw new Error('a batch without a lease has lost one');
    publish(stored.stored);
    const { quarantined } = stored;
    const accepted = stored.stored.length;
    return { accepted, duplicates: events.length + unreadable.length - accepted - quarantined, quarantined, errors };
  }
}

const faultsOf = (read: readonly (TelemetryEvent | UnreadableEvent)[], faulty: readonly FaultyPart[]) =>
  [
    ...faulty.flatMap(({ index, faults }) =>
      faults.map(({ field, message }) => ({
        field: field ? `events[${index}].${field}` : `events[${index}]`,
        message,
      })),
    ),
    ...read.flatMap((event) => (isUnreadable(event) ? [{ field: event.sessionId, message: event.reason }] : [])),
  ].slice(0, SHOWN_FAULTS);

function unreadablePart({ part, faults }: FaultyPart): UnreadableEvent {
  const text = JSON.stringify(part);
  return {
    id: derivedUuid('7d2b6c1f-94ae-5e0b-a3d7-51c8f0e9b264', text),
    sessionId: sessionOf(part),
    reason: faults.map(({ field, message }) => `${field}: ${message}`).join('; '),
    event: withoutSecrets(text.length > KEPT_PART ? { truncated: text.slice(0, KEPT_PART) } : part),
  };
}

function sessionOf(part: unknown): string {
  const id = typeof part === 'object' && part !== null && 'session_id' in part ? part.session_id : undefined;
  return typeof id === 'string' ? id.slice(0, 200) : 'unknown';
}
