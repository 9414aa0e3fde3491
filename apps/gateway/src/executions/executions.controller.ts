import { Controller } from '@nestjs/common';
import type { Usage } from '@syntropic/kernel';
import { executionProjection, hasEnded, type ListedExecution } from '@syntropic/orchestration/read-model';
import { ReadModels, usageOfRow } from '@syntropic/projections';
import type { ApiRequest } from '../http/endpoint';
import { tellTotal } from '../http/list-headers';
import { pageIn, type ListPage } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { Problem } from '../problems/problem';
import { isFrontPage } from '../reads/front-page';
import { KeptReplies } from '../reads/kept-replies';
import { RowLookup } from '../reads/row-lookup';
import { WORKFLOW } from '../workflows/workflow-lookup';
import { ACTIVE, EXECUTION } from './execution-lookup';
import { ExecutionListQuery } from './execution-lists.dto';
import { executionRun, executionStatus, executionSummary } from './execution-views';
import { listActive, listExecutions, listRuns, readHistory, readWorkflowExecution } from './executions.endpoints';
import { openSessions, UsageNow } from './usage-now';

@Controller(API_PREFIXES)
export class ExecutionsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly kept: KeptReplies,
    private readonly usage: UsageNow,
  ) {}

  @Serve(listRuns)
  async runs(request: ApiRequest<typeof listRuns>) {
    const { workflow_id, name } = await this.lookup.find(WORKFLOW, request.params.workflow_id, request);
    const { place, tellNext } = pageIn(listRuns, request);
    const { rows, total, next } = await this.reads.page(executionProjection, {
      where: { workflow_id },
      orderBy: [['started_at', 'desc']],
      ...place,
      minPosition: request.minPosition,
    });
    tellNext(next);
    return { runs: await this.#each(rows, executionRun), total, workflow_id, workflow_name: name };
  }

  @Serve(readHistory)
  async history(request: ApiRequest<typeof readHistory>) {
    const { runs, total, ...workflow } = await this.runs(request);
    return { ...workflow, executions: runs, total_executions: total };
  }

  @Serve(readWorkflowExecution)
  async statusOf(request: ApiRequest<typeof readWorkflowExecution>) {
    const row = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    if (row.workflow_id !== request.params.workflow_id) {
      throw new Problem('execution.not_found', `Execution not found: ${request.params.execution_id} of this workflow`);
    }
    return executionStatus(row);
  }

  @Serve(listActive)
  async active(request: ApiRequest<typeof listActive>) {
    const { place, tellNext } = pageIn(listActive, request);
    const { rows, total, next } = await this.reads.page(executionProjection, {
      where: { status: { in: ACTIVE } },
      orderBy: [['started_at', 'desc']],
      ...place,
      minPosition: request.minPosition,
    });
    tellTotal(request, total);
    tellNext(next);
    return rows.map(executionStatus);
  }

  @Serve(listExecutions)
  async list(request: ApiRequest<typeof listExecutions>) {
    const { status, page, page_size, cursor = '', ...filters } = request.query;
    const at = pageIn(listExecutions, request);
    // Clients may filter by `pending`, which no execution is: it runs as soon as it is recorded.
    if (status === 'pending') return { executions: [], total: 0, page, page_size };

    // Filters of which there are endless many are not worth keeping answers for.
    if (Object.values(filters).some((filter) => filter !== undefined)) {
      const { view, next } = await this.#page(request, status, at);
      return this.kept.tagged(request, view, next);
    }
    const name = `list:${status ?? ''}:${page}:${page_size}:${cursor}`;
    return this.kept.ofList(request, { projection: executionProjection, name }, () => this.#page(request, status, at));
  }

  async #page(
    { query, minPosition }: ApiRequest<typeof listExecutions>,
    status: ListedExecution['status'] | undefined,
    { place, cursorOf }: ListPage,
  ) {
    const { workflow_id, started_after, started_before, page, page_size } = query;
    const { rows, total, next, position } = await this.reads.positionedPage(executionProjection, {
      where: { workflow_id, status, started_at: { '>=': started_after, '<=': started_before } },
      orderBy: [['started_at', 'desc']],
      ...place,
      isFront: isFrontPage(ExecutionListQuery, query),
      minPosition,
    });
    return {
      view: { executions: await this.#each(rows, executionSummary), total, page, page_size },
      next: cursorOf(next),
      asOf: position,
      isFinal: rows.every((row) => hasEnded(row) && openSessions(row.detail).size === 0),
    };
  }

  async #each<View>(rows: readonly ListedExecution[], view: (row: ListedExecution, usage: Usage) => View) {
    const usages = await this.usage.ofListed(rows);
    return rows.map((row, index) => view(row, usages[index] ?? usageOfRow(row)));
  }
}
