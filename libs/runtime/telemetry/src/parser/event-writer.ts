import type { Usage } from '@syntropic/kernel';
import type { TelemetryData, TelemetryType } from '../catalogue';
import { factIds, type TelemetryEvent } from '../telemetry-event';
import { LARGEST_EVENT, startOf } from './storable-text';
import { SessionTally, usageOf } from '../totals';

export type ParsedSession = Readonly<{
  sessionId: string;
  executionId: string;
  phaseId: string;
  /** The leg that the lines belong to, from 1. */
  leg?: number;
  /** ISO 8601. */
  startedAt: string;
}>;

type Held = Readonly<{ type: TelemetryType; data: TelemetryEvent['data']; fact: string }>;

/** Facts that wait for the output, which seldom takes long to tell them. */
const MOST_HELD = 1_000;
/** Characters of all of them: each may be as large as an event. */
const MOST_HELD_LENGTH = 16 * LARGEST_EVENT;

/** Creates events from facts: derives their ids, skips facts that were written before, and adds them up. */
export class EventWriter {
  readonly #session: ParsedSession;
  readonly #tally = new SessionTally();
  readonly #facts = new Set<string>();
  readonly #held = new Map<string, Held & Readonly<{ length: number }>>();
  #heldLength = 0;
  #leg: number;
  #legStartedAt: number;
  #line = { line: 0, ordinal: 0, time: '' };
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
    return this.#line.time;
  }

  /** Milliseconds since the epoch, of the line being read. */
  get now(): number {
    return Date.parse(this.#line.time);
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
    this.#line = { line, ordinal: 0, time };
    // The lines of a spool that is parsed again are older than the parser.
    this.#legStartedAt = Math.min(this.#legStartedAt, this.now);
  }

  /** The leg's agent starts later than the line being read. */
  postponeLeg(): void {
    this.#legStartedAt = this.now;
  }

  startLeg(): void {
    this.#leg++;
    this.#legStartedAt = this.now;
  }

  /** @param fact the id of the fact on every route; a fact without one gets its id from its line. */
  write<Type extends TelemetryType>(type: Type, data: TelemetryData<Type>, fact?: string): void {
    this.writeReported(type, data, fact);
  }

  /** Writes a fact that a foreign program reported: its data need not match the catalogue. */
  writeReported(type: TelemetryType, data: TelemetryEvent['data'], fact?: string): void {
    if (fact !== undefined) {
      if (this.#facts.has(fact)) return;
      this.#facts.add(fact);
      this.#drop(fact);
    }
    const { sessionId, executionId, phaseId } = this.#session;
    const { line, time } = this.#line;
    const id = fact ?? factIds.line(sessionId, { leg: this.#leg, line, ordinal: this.#line.ordinal++ });
    const written = JSON.stringify(data);
    const cut = { type: 'unknown', data: { raw: null, text: startOf(written), truncated: true } };
    const content = written.length > LARGEST_EVENT ? cut : { type, data };
    const event = { id, ...content, time, sessionId, executionId, phaseId };
    this.#tally.add(event);
    this.#written.push(event);
    this.#events++;
  }

  /** Keeps a fact that another source tells in more detail. It is written with the end of its leg, unless that source has told it by then. */
  hold(held: Held): void {
    if (this.#facts.has(held.fact) || this.#held.has(held.fact)) return;
    const { length } = JSON.stringify(held.data);
    this.#held.set(held.fact, { ...held, length });
    this.#heldLength += length;
    for (const oldest of this.#held.values()) {
      if (this.#held.size <= MOST_HELD && this.#heldLength <= MOST_HELD_LENGTH) return;
      this.#release(oldest);
    }
  }

  writeHeld(): void {
    for (const held of this.#held.values()) this.#release(held);
  }

  #release({ type, data, fact }: Held): void {
    this.#drop(fact);
    this.writeReported(type, data, fact);
  }

  #drop(fact: string): void {
    this.#heldLength -= this.#held.get(fact)?.length ?? 0;
    this.#held.delete(fact);
  }

  /** Removes and returns the events written since the last call. */
  take(): TelemetryEvent[] {
    const written = this.#written;
    this.#written = [];
    return written;
  }
}
