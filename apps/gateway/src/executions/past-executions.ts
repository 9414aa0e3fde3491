import { Injectable } from '@nestjs/common';
import { PostgresEventLog } from '@syntropic/event-store';
import { UNKNOWN_USAGE } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import {
  executionProjection,
  messageProjection,
  repriced,
  type ExecutionRow,
} from '@syntropic/orchestration/read-model';
import { formatPosition, otherEpoch, pastRows, ReadModels } from '@syntropic/projections';
import { Problem } from '../problems/problem';
import { LogHead } from '../reads/log-head';
import { ExecutionDetails, SHOWN_MESSAGES, SHOWN_RERUNS } from './execution-details';
import { executionDetail, executionState } from './execution-views';
import type { ExecutionDetail, ExecutionState } from './executions.dto';
import { momentOf, type Moment } from './moment';
import { repricingsOf, type LogPlace } from './past-repricings';
import { openSessions } from './usage-now';

/** An execution as it was, and its last event until then. */
type PastExecution = Readonly<{ row: ExecutionRow; last: LogPlace; epoch: string }>;

type IsPast = (event: LogPlace) => boolean;

/** The events of the past, in the log of an epoch. */
type Past = Readonly<{ isPast: IsPast; epoch: string }>;

/**
 * Executions as they stood at a moment, folded from their events by the read model's own folds.
 * The use of a session that had not ended is not known for the past, so costs are marked as incomplete.
 */
@Injectable()
export class PastExecutions {
  constructor(
    private readonly log: PostgresEventLog,
    private readonly head: LogHead,
    private readonly reads: ReadModels,
    private readonly details: ExecutionDetails,
  ) {}

  /** @throws Problem for a moment that the log does not have, or at which the execution had not started */
  async state(executionId: string, at: string): Promise<ExecutionState> {
    const past = await this.#find(executionId, await this.#until(momentOf(at)));
    return { ...executionState(past.row), as_of: asOf(past) };
  }

  /** @throws as `state` does */
  async detail(executionId: string, at: string): Promise<ExecutionDetail> {
    const moment = momentOf(at);
    const { isPast, epoch } = await this.#until(moment);
    const past = await this.#find(executionId, { isPast, epoch });
    const until = 'time' in moment ? moment.time : past.last.recordedAt;
    const [reruns, messages, operations] = await Promise.all([
      this.#reruns(executionId, until),
      this.#messages(past.row, { until, isPast }),
      this.details.operations(past.row, until),
    ]);
    const unsettled = new Map([...openSessions(past.row.detail)].map((session) => [session, UNKNOWN_USAGE]));
    const facts = { unsettled, operations, reruns, budget: [], messages, at: Math.min(Date.now(), Date.parse(until)) };
    return { ...executionDetail(past.row, facts), as_of: asOf(past) };
  }

  async #until(moment: Moment): Promise<Past> {
    const { epoch, position } = await this.head.now();
    if ('time' in moment) return { isPast: ({ recordedAt }) => recordedAt <= moment.time, epoch };
    if (moment.epoch !== undefined && moment.epoch !== epoch) throw otherEpoch();
    if (moment.position > position) {
      throw new Problem('position.ahead', `the log ends at ${position}`, { field: 'at' });
    }
    return { isPast: (event) => event.position <= moment.position, epoch };
  }

  async #find(executionId: string, { isPast, epoch }: Past): Promise<PastExecution> {
    const { rows, last } = await pastRows(
      this.log,
      { ...ofExecution(executionId), projection: executionProjection, keys: [executionId] },
      isPast,
    );
    const row = rows.get(executionId);
    if (!row || !last) throw new Problem('execution.not_started', `${executionId} had not started`, { field: 'at' });
    let past: PastExecution = { row, last, epoch };
    for await (const { data, ...place } of repricingsOf(this.reads, executionId)) {
      if (!isPast(place)) break;
      past = { epoch, row: repriced(past.row, data), last: later(past.last, place) };
    }
    return past;
  }

  async #reruns(executionId: string, until: string): Promise<readonly string[]> {
    const { rows } = await this.reads.page(executionProjection, {
      where: { rerun_of: executionId, started_at: { '<=': until } },
      orderBy: [['started_at', 'desc']],
      limit: SHOWN_RERUNS,
    });
    return rows.map((rerun) => rerun.execution_id);
  }

  /** The newest ones of then, each as it was. */
  async #messages(
    { execution_id, detail }: ExecutionRow,
    { until, isPast }: Readonly<{ until: string; isPast: IsPast }>,
  ) {
    if (detail.messages === 0) return [];
    const { rows: newest } = await this.reads.page(messageProjection, {
      where: { execution_id, requested_at: { '<=': until } },
      orderBy: [['requested_at', 'desc']],
      limit: SHOWN_MESSAGES,
    });
    const keys = newest.map(({ message_id }) => message_id);
    const { rows } = await pastRows(
      this.log,
      { ...ofExecution(execution_id), projection: messageProjection, keys },
      isPast,
    );
    return keys.flatMap((key) => rows.get(key) ?? []);
  }
}

const later = (one: LogPlace, other: LogPlace): LogPlace => (one.position > other.position ? one : other);

const ofExecution = (executionId: string) => ({ stream: `${workflowExecution.aggregate}-${executionId}` });

const asOf = ({ last, epoch }: PastExecution) => ({
  position: formatPosition({ epoch, position: last.position }),
  recorded_at: last.recordedAt,
});
