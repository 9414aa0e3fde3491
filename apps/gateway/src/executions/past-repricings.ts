import { agentSession, type SessionEvents } from '@syntropic/agent-sessions/contracts';
import type { Recorded } from '@syntropic/kernel';
import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import type { ReadModels } from '@syntropic/projections';

/** The place of an event in the log. */
export type LogPlace = Readonly<Pick<Recorded, 'position' | 'recordedAt'>>;

type Repricing = LogPlace & Readonly<{ data: SessionEvents['SessionRepriced']['data'] }>;

const { schema, type } = agentSession.events.SessionRepriced;

const PAGE = 100;

/** The changes of costs of an execution's sessions, in the order of the log: they are in the streams of the sessions. */
export async function* repricingsOf(reads: ReadModels, executionId: string): AsyncGenerator<Repricing> {
  for (let offset = 0, isLast = false; !isLast; offset += PAGE) {
    const { rows } = await reads.page(executionFeedProjection, {
      where: { execution_id: executionId, type },
      orderBy: [['event_position', 'asc']],
      limit: PAGE,
      offset,
    });
    for (const { data, event_position: position, recorded_at: recordedAt } of rows) {
      yield { data: schema.parse(data), position, recordedAt };
    }
    isLast = rows.length < PAGE;
  }
}
