import { inParallel, repeat } from '@syntropic/async';
import type { EventLog } from '@syntropic/event-store';
import type { Logger } from 'pino';
import { failureOf } from './event-failure';
import type { BacklogHead, ProcessBacklog } from './process-backlog';
import { PositionLost } from './process-positions';
import type { ProcessProgress } from './process-progress';
import type { Reactions } from './reactions';

export type BacklogRunnerOptions = Readonly<{
  events: EventLog;
  backlog: ProcessBacklog;
  reactions: Reactions;
  log: Pick<Logger, 'warn'>;
  /** Pause before the first retry, doubled before each further one. */
  backOffMs: number;
}>;

const LOOK_EVERY_MS = 250;
const PARTITIONS_AT_ONCE = 8;

/** Tries the events in the backlogs again, those of a partition in order. The table is asked only while a process has a backlog. */
export class BacklogRunner {
  constructor(
    private readonly progresses: readonly ProcessProgress[],
    private readonly options: BacklogRunnerOptions,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const onFault = (error: unknown) => {
      if (error instanceof PositionLost) throw error;
      this.options.log.warn({ err: error }, 'the backlog of the processes cannot be read and is read again');
    };
    await repeat(signal, { everyMs: LOOK_EVERY_MS, onFault }, async () => {
      if (this.progresses.some(({ hasBacklog }) => hasBacklog)) await this.#pass(signal);
    });
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const progresses = new Map(this.progresses.map((progress) => [progress.process.name, progress]));
    const saved = new Map(this.progresses.map((progress) => [progress, progress.saved]));
    const heads = await this.options.backlog.heads([...progresses.keys()]);

    for (const [progress, position] of saved) {
      const own = heads.filter(({ process }) => process === progress.process.name);
      progress.forgetOthersThan(new Set(own.map(({ partition }) => partition)), position);
    }
    const due = heads.filter(({ isDue }) => isDue);
    await inParallel(due, PARTITIONS_AT_ONCE, async (head) => {
      const progress = progresses.get(head.process);
      if (progress) await this.#workOff(progress, head, signal);
    });
  }

  /** Carries out the events of a partition until one fails again. */
  async #workOff(progress: ProcessProgress, head: BacklogHead, signal: AbortSignal): Promise<void> {
    const { events, backlog, reactions, backOffMs } = this.options;
    let position: number | undefined = head.position;
    while (position !== undefined && !signal.aborted) {
      const [event] = (await events.read(position - 1, 1)).events;
      if (!event) throw new Error(`the log lacks position ${position}`);

      const fault = await reactions.tryOnce(progress.process, event);
      if (fault) await backlog.failed({ ...head, position }, failureOf(event, fault.cause), backOffMs);
      position = fault ? undefined : await backlog.done({ ...head, position });
      progress.outdate();
    }
  }
}
