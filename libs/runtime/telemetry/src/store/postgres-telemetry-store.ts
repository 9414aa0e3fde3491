import { errorText, storableText } from '@syntropic/kernel';
import { classifyStoreError } from '@syntropic/postgres';
import type { Pool } from 'pg';
import type { TelemetryBatch, UnreadableEvent } from '../telemetry-batch';
import type { NumberedEvent, TelemetryEvent } from '../telemetry-event';
import { shares, type Entry } from './insert-shares';
import { USUAL_RETENTION, type Retention } from './retention';
import type { StoredBatch, TelemetryStore } from './telemetry-store';

type InsertedRow = Readonly<{
  batch: number;
  event_id: string | null;
  sequence: number | null;
  happened_at: Date | null;
}>;
type Refusal = Readonly<{ message: string }>;
type Result = { leaseLost: boolean; stored: NumberedEvent[]; quarantined: number };

/** Maintenance deletes an hour's facts and moves a day's rows of the default partition at once, which takes longer than any insert. */
const MAINTAIN_MS = 600_000;

const MAINTAIN = `
  select telemetry.maintain(
    events => make_interval(days => $1), facts => make_interval(days => $2), hours => make_interval(days => $3), minutes => make_interval(days => $4))`;

/** Telemetry in native range partitions, one call of one SQL function per insert, or two at once for a large one. */
export class PostgresTelemetryStore implements TelemetryStore {
  constructor(
    private readonly pool: Pool,
    private readonly retention: Retention = USUAL_RETENTION,
  ) {}

  async insert(batches: readonly TelemetryBatch[]): Promise<readonly StoredBatch[]> {
    const results = batches.map((): Result => ({ leaseLost: false, stored: [], quarantined: 0 }));
    const calls = shares(batches).map(({ entries, leases }) => this.#insertAll(entries, leases, results));
    // All have ended when the caller is answered: its next insert overtakes none of this one.
    const failed = (await Promise.allSettled(calls)).find(({ status }) => status === 'rejected');
    if (failed) await Promise.all(calls);
    await this.#setApart(batches, results);
    return results.map(({ leaseLost, ...kept }) => (leaseLost ? { leaseLost } : { leaseLost, ...kept }));
  }

  async maintain(): Promise<void> {
    const { events, facts, hours, minutes } = this.retention;
    const statement = { text: MAINTAIN, values: [events, facts, hours, minutes], query_timeout: MAINTAIN_MS };
    await this.pool.query(statement);
  }

  /** Quarantines the events that did not parse, of batches whose lease holds. */
  async #setApart(batches: readonly TelemetryBatch[], results: readonly Result[]): Promise<void> {
    const apart: UnreadableEvent[] = [];
    for (const [index, { unreadable = [] }] of batches.entries()) {
      const result = results[index];
      if (!result || result.leaseLost) continue;
      apart.push(...unreadable);
      result.quarantined += unreadable.length;
    }
    if (apart.length > 0) await this.#quarantine(apart);
  }

  /** Halves a refused batch until the refused rows are alone, and quarantines those. */
  async #insertAll(entries: readonly Entry[], leases: string, results: readonly Result[]): Promise<void> {
    const refusal = await this.#tryInsert(entries, leases, results);
    if (!refusal) return;

    const [only] = entries;
    if (only && entries.length === 1) {
      const { id, sessionId } = only.event;
      await this.#quarantine([{ id, sessionId, event: only.event, reason: refusal.message }]);
      const result = results[only.batch];
      if (result) result.quarantined++;
      return;
    }
    const half = Math.ceil(entries.length / 2);
    await this.#insertAll(entries.slice(0, half), leases, results);
    await this.#insertAll(entries.slice(half), leases, results);
  }

  /** Resolves with the database's refusal of the rows, if any. Other faults are thrown. */
  async #tryInsert(
    entries: readonly Entry[],
    leases: string,
    results: readonly Result[],
  ): Promise<Refusal | undefined> {
    for (;;) {
      try {
        addRows(await this.#call(entries, leases), entries, results);
        return undefined;
      } catch (error) {
        const kind = classifyStoreError(error);
        if (kind === 'conflict') continue;
        const blamesRows = kind === 'unstorable' || kind === 'constraint';
        if (!blamesRows || entries.length === 0) throw error;
        return { message: error instanceof Error ? error.message : String(error) };
      }
    }
  }

  async #call(entries: readonly Entry[], leases: string): Promise<InsertedRow[]> {
    const { rows } = await this.pool.query<InsertedRow>({
      name: 'telemetry-insert',
      text: 'select batch, event_id, sequence, happened_at from telemetry.insert_batches($1, $2)',
      values: [leases, JSON.stringify(entries.map(rowOf))],
    });
    return rows;
  }

  async #quarantine(apart: readonly UnreadableEvent[]): Promise<void> {
    await this.pool.query(
      `insert into telemetry.quarantine (event_id, session_id, reason, event)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) on conflict do nothing`,
      [
        apart.map(({ id }) => id),
        apart.map(({ sessionId }) => storableText(sessionId)),
        apart.map(({ reason }) => errorText(reason)),
        apart.map(({ event }) => JSON.stringify(event)),
      ],
    );
  }
}

const rowOf = ({ batch, event }: Entry) => ({
  batch,
  id: event.id,
  type: event.type,
  time: event.time,
  session_id: event.sessionId,
  execution_id: event.executionId,
  phase_id: event.phaseId,
  data: event.data,
});

/** Adds inserted rows to the results of their batches. Of an event that is twice in a batch the first was stored. */
function addRows(rows: readonly InsertedRow[], entries: readonly Entry[], results: readonly Result[]): void {
  const events = results.map(() => new Map<string, TelemetryEvent>());
  for (const { batch, event } of entries.toReversed()) events[batch]?.set(event.id, event);

  for (const { batch, event_id, sequence, happened_at: time } of rows) {
    const result = results[batch];
    const event = events[batch]?.get(event_id ?? '');
    if (event) result?.stored.push({ ...event, time: time?.toISOString() ?? event.time, sequence });
    else if (result) result.leaseLost = true;
  }
}
