import type { Recorded } from '@syntropic/kernel';
import { partitionOf } from './partition';
import type { Process } from './process';
import type { BacklogEntry, Move, ProcessPosition } from './process-positions';

/** The events of one partition, in order, for one process. */
export type Job = Readonly<{ progress: ProcessProgress; partition: string; events: readonly Recorded[] }>;

/** The progress of one process within a term, ahead of its row. Of the backlog it keeps the last position of each partition only. */
export class ProcessProgress {
  #position: number;
  #saved: number;
  readonly #backlog: Map<string, number>;
  #unsaved: BacklogEntry[] = [];
  readonly #faults = new Map<number, string>();
  #isOutdated: boolean;

  constructor(
    readonly process: Process,
    start: ProcessPosition,
  ) {
    this.#position = start.position;
    this.#saved = start.position;
    this.#backlog = new Map(Object.entries(start.backlog));
    this.#isOutdated = !start.isRunning;
  }

  /** All events up to here were carried out or set aside. */
  get position(): number {
    return this.#position;
  }

  /** The position in the row: the backlog up to here is in the table. */
  get saved(): number {
    return this.#saved;
  }

  get hasBacklog(): boolean {
    return this.#backlog.size > 0;
  }

  /** The events ahead that concern this process. */
  jobsOf(events: readonly Recorded[]): readonly Job[] {
    const ahead = events.filter(({ position }) => position > this.#position);
    const [first] = ahead;
    if (first && first.position !== this.#position + 1) {
      throw new Error(`${this.process.name} is at ${this.#position} and was given ${first.position}`);
    }
    const partitions = new Map<string, Recorded[]>();
    for (const event of ahead.filter(({ type }) => this.process.on[type])) {
      const partition = partitions.get(partitionOf(event));
      if (partition) partition.push(event);
      else partitions.set(partitionOf(event), [event]);
    }
    return [...partitions].map(([partition, own]) => ({ progress: this, partition, events: own }));
  }

  isSetAside(partition: string): boolean {
    return this.#backlog.has(partition);
  }

  setAside(entry: BacklogEntry): void {
    this.#backlog.set(entry.partition, entry.position);
    this.#unsaved.push(entry);
  }

  /** Notes the fault of an event that is tried again at once; `undefined` ends it. */
  holdUp(position: number, fault: string | undefined): void {
    if (fault === undefined && !this.#faults.delete(position)) return;
    if (fault !== undefined) this.#faults.set(position, fault);
    this.#isOutdated = true;
  }

  reach(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** The row must be written again: the backlog in the table has changed, or the last write failed. */
  outdate(): void {
    this.#isOutdated = true;
  }

  /** Forgets the partitions of which nothing is left in the table; `saved` was read before the table was. */
  forgetOthersThan(partitions: ReadonlySet<string>, saved: number): void {
    for (const [partition, last] of this.#backlog) {
      if (last > saved || partitions.has(partition)) continue;
      this.#backlog.delete(partition);
      this.#isOutdated = true;
    }
  }

  /** The difference between this progress and the row; undefined when there is none. */
  takeMove(): Move | undefined {
    if (this.#position === this.#saved && !this.#isOutdated) return undefined;

    this.#isOutdated = false;
    return {
      process: this.process.name,
      from: this.#saved,
      to: this.#position,
      fault: this.#faults.values().next().value,
      backlog: this.#unsaved.filter(({ position }) => position <= this.#position),
    };
  }

  moved({ to }: Move): void {
    this.#saved = to;
    this.#unsaved = this.#unsaved.filter(({ position }) => position > to);
  }
}
