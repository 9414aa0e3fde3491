import { Controller } from '@nestjs/common';
import { tokensOf, type Usage } from '@syntropic/kernel';
import { ToolReader } from '@syntropic/telemetry';
import { knownCost } from '../display/usage-fields';
import { EXECUTION } from '../executions/execution-lookup';
import { totalOf, UsageNow } from '../executions/usage-now';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { tellTotal } from '../http/list-headers';
import { pageIn } from '../http/list-pages';
import { RowLookup } from '../reads/row-lookup';
import { SESSION } from '../sessions/session-lookup';
import { CostRows } from './cost-rows';
import { executionCost, sessionCost, type CostedSessions } from './cost-views';
import { listExecutionCosts, listSessionCosts, readExecutionCost, readSessionCost } from './costs.endpoints';

const NO_SESSIONS: CostedSessions = { count: 0, ids: [], byPhase: new Map() };

/** The usage and the cost of sessions and executions. */
@Controller(API_PREFIXES)
export class CostsController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly usage: UsageNow,
    private readonly rows: CostRows,
    private readonly tools: ToolReader,
  ) {}

  @Serve(listSessionCosts)
  async sessions(request: ApiRequest<typeof listSessionCosts>) {
    await this.rows.reached(request);
    const { place, tellNext } = pageIn(listSessionCosts, request);
    const { rows, total, next } = await this.rows.sessions(request.query, place);
    tellTotal(request, total);
    tellNext(next);
    return rows.map(({ usage, ...row }) => sessionCost(row, usage, { shown: 'listed' }));
  }

  @Serve(readSessionCost)
  async session(request: ApiRequest<typeof readSessionCost>) {
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const usage = await this.usage.ofSession(row);
    const { include_breakdown } = request.query;
    const tools = include_breakdown ? await this.tools.sharesOf([accountOf(row.session_id, usage)]) : [];
    return sessionCost(row, usage, { shown: include_breakdown ? 'all' : 'none', tools });
  }

  @Serve(listExecutionCosts)
  async executions(request: ApiRequest<typeof listExecutionCosts>) {
    await this.rows.reached(request);
    const { place, tellNext } = pageIn(listExecutionCosts, request);
    const { rows, total, next } = await this.rows.executions(request.query, place);
    const sessions = await this.rows.sessionsOf(rows.map(({ execution_id }) => execution_id));
    tellTotal(request, total);
    tellNext(next);
    return rows.map(({ usage, ...row }) =>
      executionCost(row, usage, { shown: 'listed', sessions: sessions.get(row.execution_id) ?? NO_SESSIONS }),
    );
  }

  @Serve(readExecutionCost)
  async execution(request: ApiRequest<typeof readExecutionCost>) {
    const row = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    await this.rows.reached(request);
    const { include_breakdown, include_session_ids } = request.query;
    const [unsettled, found, sessions] = await Promise.all([
      this.usage.unsettled(row),
      this.rows.sessionsOf([row.execution_id]),
      include_breakdown || include_session_ids ? this.rows.usageOfSessions(row.execution_id) : [],
    ]);
    const accounts = sessions.map(({ session_id, usage }) => accountOf(session_id, usage));
    return executionCost(row, totalOf(row, unsettled), {
      shown: include_breakdown ? 'all' : 'none',
      tools: include_breakdown ? await this.tools.sharesOf(accounts) : [],
      sessions: {
        ...(found.get(row.execution_id) ?? NO_SESSIONS),
        ids: include_session_ids ? sessions.map(({ session_id }) => session_id).reverse() : [],
      },
    });
  }
}

const accountOf = (sessionId: string, usage: Usage) => ({
  sessionId,
  costUsd: knownCost(usage),
  tokens: tokensOf(usage).totalTokens,
});
