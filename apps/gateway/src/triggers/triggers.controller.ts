import { Controller } from '@nestjs/common';
import { triggerFiringProjection, triggerProjection, type TriggerFiringRow } from '@syntropic/github/read-model';
import { executionProjection, hasEnded } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { UsageNow } from '../executions/usage-now';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { workflowNames } from '../workflows/workflow-names';
import { TRIGGER } from './trigger-lookup';
import { triggerTest } from './trigger-test';
import { historyDetail, historyEntry, triggerDetail, triggerSummary } from './trigger-views';
import { HistoryQuery, TriggerListQuery } from './triggers.dto';
import { listHistory, listTriggers, readHistory, readTrigger, testTrigger } from './triggers.endpoints';

@Controller(API_PREFIXES)
export class TriggersController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly usage: UsageNow,
  ) {}

  @Serve(listTriggers)
  async list(request: ApiRequest<typeof listTriggers>) {
    const { query, minPosition } = request;
    const { repository, status, workflow_id, event } = query;
    const { place, tellNext } = pageIn(listTriggers, request);
    const { rows, total, next } = await this.reads.page(triggerProjection, {
      where: {
        repository_key: repository?.toLowerCase(),
        status: status ?? { in: ['active', 'paused'] },
        workflow_id,
        event,
      },
      orderBy: [['created_at', 'desc']],
      ...place,
      isFront: isFrontPage(TriggerListQuery, query),
      minPosition,
    });
    tellNext(next);
    const names = await workflowNames(this.reads, rows);
    return { triggers: rows.map((row) => triggerSummary(row, names.get(row.workflow_id))), total };
  }

  @Serve(listHistory)
  async history(request: ApiRequest<typeof listHistory>) {
    const { query, minPosition } = request;
    const { place, tellNext } = pageIn(listHistory, request);
    const { rows, total, next } = await this.reads.page(triggerFiringProjection, {
      orderBy: [['fired_at', 'desc']],
      ...place,
      isFront: isFrontPage(HistoryQuery, query),
      minPosition,
    });
    tellNext(next);
    return { entries: rows.map(historyEntry), total };
  }

  @Serve(readTrigger)
  async read(request: ApiRequest<typeof readTrigger>) {
    const row = await this.lookup.find(TRIGGER, request.params.trigger_id, request);
    return triggerDetail(row, (await workflowNames(this.reads, [row])).get(row.workflow_id));
  }

  @Serve(testTrigger)
  async test(request: ApiRequest<typeof testTrigger>) {
    const row = await this.lookup.find(TRIGGER, request.params.trigger_id, request);
    return triggerTest(row, request.body);
  }

  @Serve(readHistory)
  async historyOf(request: ApiRequest<typeof readHistory>) {
    const { trigger_id } = await this.lookup.find(TRIGGER, request.params.trigger_id, request);
    const { place, tellNext } = pageIn(readHistory, request);
    const { rows, total, next } = await this.reads.page(triggerFiringProjection, {
      where: { trigger_id },
      orderBy: [['fired_at', 'desc']],
      ...place,
      minPosition: request.minPosition,
    });
    tellNext(next);
    const costs = await this.#costsOf(rows, request);
    return { trigger_id, entries: rows.map((row) => historyDetail(row, costs.get(row.execution_id))), total };
  }

  /** The costs of the executions that have ended. */
  async #costsOf(firings: readonly TriggerFiringRow[], { minPosition }: Pick<ApiRequest, 'minPosition'>) {
    const ids = firings.map(({ execution_id }) => execution_id);
    const { rows } = await this.reads.page(executionProjection, {
      where: { execution_id: { in: ids } },
      limit: ids.length,
      minPosition,
    });
    const ended = rows.filter(hasEnded);
    const usages = await this.usage.ofListed(ended);
    return new Map(ended.map(({ execution_id }, index) => [execution_id, usages[index]?.costUsd]));
  }
}
