import { Controller } from '@nestjs/common';
import { sessionProjection, type ListedSession } from '@syntropic/agent-sessions/read-model';
import type { Usage } from '@syntropic/kernel';
import { ReadModels, usageOfRow } from '@syntropic/projections';
import { UsageNow } from '../executions/usage-now';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { workflowNames } from '../workflows/workflow-names';
import { SessionEvents } from './session-events';
import { SESSION } from './session-lookup';
import { sessionDetail, sessionSummary } from './session-views';
import { SessionListQuery } from './sessions.dto';
import { listSessions, readSession } from './sessions.endpoints';

type Recorded = ListedSession & Readonly<{ usage: Usage }>;

/** The detail of a session begins with at most this many operations. */
const SHOWN_OPERATIONS = 5_000;

@Controller(API_PREFIXES)
export class SessionsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly usage: UsageNow,
    private readonly events: SessionEvents,
  ) {}

  @Serve(listSessions)
  async list(request: ApiRequest<typeof listSessions>) {
    const { query, minPosition } = request;
    const { workflow_id, execution_id, status, statuses = status, started_after, started_before } = query;
    const { place, tellNext } = pageIn(listSessions, request);
    const { rows, total, next } = await this.reads.page(sessionProjection, {
      where: {
        workflow_id,
        execution_id,
        status: statuses && { in: statuses },
        started_at: { '>=': started_after, '<=': started_before },
      },
      orderBy: [['started_at', 'desc']],
      ...place,
      isFront: isFrontPage(SessionListQuery, query),
      minPosition,
    });
    tellNext(next);
    const recorded = rows.map((row) => ({ ...row, usage: usageOfRow(row) }));
    const [names, usages] = await Promise.all([workflowNames(this.reads, rows), this.usage.ofSessions(recorded)]);
    const sessions = recorded.map(({ usage, ...row }: Recorded, index) =>
      sessionSummary(row, { usage: usages[index] ?? usage, workflowName: names.get(row.workflow_id) ?? null }),
    );
    return { sessions, total };
  }

  @Serve(readSession)
  async read(request: ApiRequest<typeof readSession>) {
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const [usage, names, operations] = await Promise.all([
      this.usage.ofSession(row),
      workflowNames(this.reads, [row]),
      this.events.page(row.session_id, 0, SHOWN_OPERATIONS),
    ]);
    return sessionDetail(row, { usage, workflowName: names.get(row.workflow_id) ?? null }, operations);
  }
}
