import type { Usage } from '@syntropic/kernel';
import type { TelemetryData, TelemetryType } from '../catalogue';
import { factIds, type TelemetryEvent } from '../telemetry-event';
import { beginningOf } from './storable-text';
import { SessionTally, usageOf } from '../totals';

/** Of an event's data, in characters: none may be too large for the bus. */
const LARGEST_EVENT = 256 * 1024;

export type ParsedSession = Readonly<{
  sessionId: string;
  executionId: string;
  phaseId: string;
  /** Which start of the agent the lines belong to, from 1. */
  leg?: number;
  /** ISO 8601. */
  startedAt: string;
}>;

/** Makes events out of facts: names them, keeps a fact that is told twice from being written twice, and adds them up. */
export class EventWriter {
  readonly #session: ParsedSession;
  readonly #tally = new SessionTally();
  readonly #facts = new Set<string>();
  #leg: number;
  #legStartedAt: number;
  #place = { line: 0, ordinal: 0, time: '' };
  #written: TelemetryEvent[] = [];
  #events = 0;

  constructor(session: ParsedSession) {
    this.#session = session;
    this.#leg = session.leg ?? 1;
    this.#legStartedAt = Date.parse(session.startedAt);
  }

  get sessionId(): string {
    return this.#session.sessionId;
  }

  get leg(): number {
    return this.#leg;
  }

  get time(): string {
    return this.#place.time;
  }

  /** Milliseconds since the epoch, of the line being read. */
  get now(): number {
    return Date.parse(this.#place.time);
  }

  get msOfLeg(): number {
    return Math.max(0, this.now - this.#legStartedAt);
  }

  get usage(): Usage {
    return usageOf(this.#tally.record);
  }

  get events(): number {
    return this.#events;
  }

  at(line: number, time: string): void {
    this.#place = { line, ordinal: 0, time };
    // A spool that is read again is older than whoever reads it.
    this.#legStartedAt = Math.min(this.#legStartedAt, this.now);
  }

  startLeg(): void {
    this.#leg++;
    this.#legStartedAt = this.now;
  }

  /** @param fact the id that names it wherever it is told; a fact without one is named by the line it stands on. */
  write<Type extends TelemetryType>(type: Type, data: TelemetryData<Type>, fact?: string): void {
    this.writeTold(type, data, fact);
  }

  /** Writes what somebody else's program says of a fact: its data need not have the shape of the catalogue. */
  writeTold(type: TelemetryType, data: TelemetryEvent['data'], fact?: string): void {
    if (fact !== undefined) {
      if (this.#facts.has(fact)) return;
      this.#facts.add(fact);
    }
    const { sessionId, executionId, phaseId } = this.#session;
    const { line, time } = this.#place;
    const id = fact ?? factIds.line(sessionId, { leg: this.#leg, line, ordinal: this.#place.ordinal++ });
    const written = JSON.stringify(data);
    const cut = { type: 'unknown', data: { raw: null, text: beginningOf(written), truncated: true } };
    const told = written.length > LARGEST_EVENT ? cut : { type, data };
    const event = { id, ...told, time, sessionId, executionId, phaseId };
    this.#tally.add(event);
    this.#written.push(event);
    this.#events++;
  }

  /** What was written since it was last taken. */
  take(): TelemetryEvent[] {
    const written = this.#written;
    this.#written = [];
    return written;
  }
}
