import type { Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { keysOf, type Versioned } from './fold';
import type { Projection } from './projection';
import { loadRows } from './rows';

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_KEYS = 1_000;
/** The server adds up the sizes of all rows that a statement names, also of those that do not fit. */
const FIRST_KEYS = 64;

/** The first events of a batch, and all rows that they concern. */
export type FoldableBatch = Readonly<{ events: readonly Recorded[]; rows: ReadonlyMap<string, Versioned> }>;

/** Loads the rows that events concern, for as many events as fit into 4 MiB of rows: for one event at least. */
export class RowLoader {
  #keysAtOnce = FIRST_KEYS;

  constructor(
    private readonly pool: Pool,
    private readonly projection: Projection,
  ) {}

  async load(events: readonly Recorded[]): Promise<FoldableBatch> {
    if (this.projection.isOfOneEvent) return { events, rows: new Map() };

    const keys = keysOf(this.projection, events);
    const least = keysOf(this.projection, events.slice(0, 1)).length;
    const rows = new Map<string, Versioned>();
    let covered = 0;
    let bytes = 0;

    while (covered < keys.length && (bytes < MOST_BYTES || covered < least)) {
      const room = Math.max(MOST_BYTES - bytes, 1);
      const loaded = await loadRows(this.pool, this.projection, keys.slice(covered, covered + this.#keysAtOnce), room);
      for (const [key, row] of loaded.rows) rows.set(key, row);
      covered += loaded.covered;
      bytes += loaded.bytes;
      this.#adapt(loaded.covered, loaded.bytes);
    }
    return { rows, events: this.#foldable(events, new Set(keys.slice(0, covered)), keys.length === covered) };
  }

  #foldable(events: readonly Recorded[], known: ReadonlySet<string>, isComplete: boolean): readonly Recorded[] {
    if (isComplete) return events;
    const beyond = events.findIndex((event) => keysOf(this.projection, [event]).some((key) => !known.has(key)));
    return events.slice(0, beyond);
  }

  #adapt(covered: number, bytes: number): void {
    if (bytes >= MOST_BYTES) this.#keysAtOnce = Math.max(1, covered);
    else if (4 * bytes < MOST_BYTES) this.#keysAtOnce = Math.min(MOST_KEYS, 4 * this.#keysAtOnce);
  }
}
