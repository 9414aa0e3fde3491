import { Controller } from '@nestjs/common';
import { sessionProjection, type ListedSession, type SessionRow } from '@syntropic/agent-sessions/read-model';
import { isUnaccounted, type Usage } from '@syntropic/kernel';
import { workflowProjection } from '@syntropic/orchestration/read-model';
import { ReadModels, usageOfRow } from '@syntropic/projections';
import { TelemetryReader } from '@syntropic/telemetry';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { SessionEvents } from './session-events';
import { SESSION } from './session-lookup';
import { sessionDetail, sessionSummary } from './session-views';
import { SessionListQuery } from './sessions.dto';
import { listSessions, readSession } from './sessions.endpoints';

/** The detail of a session begins with at most this many operations. */
const SHOWN_OPERATIONS = 5_000;

@Controller(API_PREFIXES)
export class SessionsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly telemetry: TelemetryReader,
    private readonly events: SessionEvents,
  ) {}

  @Serve(listSessions)
  async list({ query, minPosition }: ApiRequest<typeof listSessions>) {
    const {
      workflow_id,
      execution_id,
      status,
      statuses = status,
      started_after,
      started_before,
      limit,
      offset,
    } = query;
    const { rows, total } = await this.reads.page(sessionProjection, {
      where: {
        workflow_id,
        execution_id,
        status: statuses && { in: statuses },
        started_at: { ...(started_after && { '>=': started_after }), ...(started_before && { '<=': started_before }) },
      },
      orderBy: [['started_at', 'desc']],
      limit,
      offset,
      isFront: isFrontPage(SessionListQuery, query),
      minPosition,
    });
    const names = await this.#workflowNames(rows);
    const sessions = await Promise.all(
      rows.map(async (row: ListedSession) =>
        sessionSummary(row, {
          usage: await this.#usageOf(row, usageOfRow(row)),
          workflowName: names.get(row.workflow_id) ?? null,
        }),
      ),
    );
    return { sessions, total };
  }

  @Serve(readSession)
  async read(request: ApiRequest<typeof readSession>) {
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const [usage, names, operations] = await Promise.all([
      this.#usageOf(row, row.detail.usage),
      this.#workflowNames([row]),
      this.events.page(row.session_id, 0, SHOWN_OPERATIONS),
    ]);
    return sessionDetail(row, { usage, workflowName: names.get(row.workflow_id) ?? null }, operations);
  }

  /** From telemetry while the session runs and after it was lost: the log has its account only after a regular end. */
  async #usageOf({ session_id, status }: Pick<SessionRow, 'session_id' | 'status'>, recorded: Usage): Promise<Usage> {
    const isOpen = status === 'running' || isUnaccounted(recorded);
    const totals = isOpen ? await this.telemetry.sessionTotals(session_id) : undefined;
    return totals?.usage ?? recorded;
  }

  async #workflowNames(sessions: readonly Pick<SessionRow, 'workflow_id'>[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(sessions.map(({ workflow_id }) => workflow_id))];
    if (ids.length === 0) return new Map();

    const { rows } = await this.reads.page(workflowProjection, {
      where: { workflow_id: { in: ids } },
      limit: ids.length,
    });
    return new Map(rows.map(({ workflow_id, name }) => [workflow_id, name]));
  }
}
