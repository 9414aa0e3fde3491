import { SharedReads } from '@syntropic/async';
import { LiveBatch } from './live-batch';
import { mergedByTime, type LiveEvent, type LiveNumbers } from './live-event';
import type { LiveTables } from './live-tables';
import { LiveTotals } from './live-totals';
import { TERMINAL_EVENTS } from './terminal-events';

type Execution = Readonly<{ executionId: string; epoch: string }>;

/** Reads from the tables what watchers of an execution have missed: once for all that ask for the same at the same time. */
export class MissedEvents {
  readonly #pages = new SharedReads<readonly LiveBatch[]>();
  readonly #totals = new SharedReads<readonly LiveEvent[]>();

  constructor(
    private readonly execution: Execution,
    private readonly tables: LiveTables,
  ) {}

  /** The next events after these numbers, each as a batch of its own; none when there are no more. The execution's end is not among them. */
  after({ position, sequence }: LiveNumbers): Promise<readonly LiveBatch[]> {
    return this.#pages.read(`${position}-${sequence}`, () => this.#pageAfter({ position, sequence }));
  }

  /** The present sums. */
  totals(): Promise<readonly LiveEvent[]> {
    return this.#totals.read('totals', () => new LiveTotals(this.execution.executionId, this.tables).next());
  }

  async #pageAfter(numbers: LiveNumbers): Promise<readonly LiveBatch[]> {
    const { executionId } = this.execution;
    const [read, telemetry] = await Promise.all([
      this.tables.domainAfter(executionId, numbers.position),
      this.tables.telemetryAfter(executionId, numbers.sequence),
    ]);
    const end = read.findIndex(({ type }) => TERMINAL_EVENTS.includes(type));
    const batches: LiveBatch[] = [];
    for (const event of mergedByTime(end < 0 ? read : read.slice(0, end), telemetry)) {
      batches.push(new LiveBatch(this.execution, batches.at(-1)?.after ?? numbers, [event]));
    }
    return batches;
  }
}
