import type { FeedRow, FeedTable } from './feed-table';

/** Executions whose last position is remembered; those of others are read from the table. */
const MOST_EXECUTIONS = 10_000;

/** The position of the row before each row of an execution: a stream that has sent it needs no look at the table. */
export class LastPositions {
  readonly #last = new Map<string, number>();

  constructor(private readonly table: Pick<FeedTable, 'lastPositions'>) {}

  /** The positions before these rows, which follow all rows up to `after`; 0 for the first one of an execution. */
  async before(rows: readonly FeedRow[], after: number): Promise<readonly number[]> {
    const unknown = [...new Set(rows.map(({ executionId }) => executionId))].filter((id) => !this.#last.has(id));
    const read = unknown.length > 0 ? await this.table.lastPositions(unknown, after) : new Map<string, number>();
    const before = rows.map(({ executionId, position }) => {
      const last = this.#last.get(executionId) ?? read.get(executionId) ?? 0;
      this.#last.delete(executionId);
      this.#last.set(executionId, position);
      return last;
    });
    this.#forgetOldest();
    return before;
  }

  #forgetOldest(): void {
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= MOST_EXECUTIONS) return;
      this.#last.delete(oldest);
    }
  }
}
