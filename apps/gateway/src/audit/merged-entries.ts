import type { AuditPage } from './audit.dto';

type Entry = AuditPage['entries'][number];

/** Rows of one source in its own order, newest first. */
export type Source = Readonly<{
  /** The number below which rows were examined. */
  before: number;
  found: readonly Readonly<{ number: number; entry: Entry }>[];
  /** The last row that was examined. */
  last: Readonly<{ number: number; at: string }> | null;
  /** There may be rows that were not examined. */
  isCut: boolean;
}>;

type Merged = Readonly<{
  entries: readonly Entry[];
  /** The number of each source below which the next page begins; undefined at the end. */
  next: readonly number[] | undefined;
}>;

/**
 * The newest entries of all sources, each source in its own order. A page ends with its last entry, or where a source was not examined
 * further: what the others have behind that time belongs to the next page.
 */
export function merged(sources: readonly Source[], limit: number): Merged {
  const taken = sources.map(() => 0);
  const entries: Entry[] = [];
  while (entries.length < limit) {
    const heads = sources.map((source, index) => headOf(source, taken[index] ?? 0));
    const newest = heads.reduce<number | undefined>(
      (best, head, index) => (head && (best === undefined || head.at > (heads[best]?.at ?? '')) ? index : best),
      undefined,
    );
    const entry = newest === undefined ? undefined : heads[newest]?.entry;
    if (newest === undefined || !entry) break;
    entries.push(entry);
    taken[newest] = (taken[newest] ?? 0) + 1;
  }
  const isEnd = sources.every(({ found, isCut }, index) => !isCut && taken[index] === found.length);
  // As many rows as the limit were found, and there may be more behind them.
  const mayHaveMore = sources.some(({ found }) => found.length === limit);
  return {
    entries,
    next: isEnd && !mayHaveMore ? undefined : sources.map((source, index) => endOf(source, taken[index] ?? 0, limit)),
  };
}

/** The next row of a source, or where it was not examined further: a head without an entry. */
function headOf({ found, last, isCut }: Source, taken: number): Readonly<{ at: string; entry?: Entry }> | undefined {
  const row = found[taken];
  if (row) return { at: row.entry.recorded_at, entry: row.entry };
  return isCut && last ? { at: last.at } : undefined;
}

function endOf({ before, found, last }: Source, taken: number, limit: number): number {
  const isThrough = taken === found.length && found.length < limit;
  return isThrough ? (last?.number ?? before) : (found[taken - 1]?.number ?? before);
}
