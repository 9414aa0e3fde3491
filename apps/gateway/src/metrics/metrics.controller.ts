import { Controller } from '@nestjs/common';
import { tokensView, totalTokensView } from '@syntropic/live';
import { workflowProjection, type WorkflowRow } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { UsageTotalsReader, type PhaseTotal } from '../costs/usage-totals';
import { phaseDisplay } from '../display/display';
import { knownCost } from '../display/usage-fields';
import { ACTIVE } from '../executions/execution-lookup';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { WORKFLOW } from '../workflows/workflow-lookup';
import { WorkspaceMetricsReader } from './workspace-metrics';
import { readMetrics, readWorkspaceMetrics } from './metrics.endpoints';

const SHOWN_PHASES = 100;

/** The totals that a dashboard begins with. */
@Controller(API_PREFIXES)
export class MetricsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly totals: UsageTotalsReader,
    private readonly workspaces: WorkspaceMetricsReader,
  ) {}

  @Serve(readWorkspaceMetrics)
  async ofWorkspaces(request: ApiRequest<typeof readWorkspaceMetrics>) {
    const { place, tellNext } = pageIn(readWorkspaceMetrics, request);
    const { summary, next } = await this.workspaces.summary(request.query, place, request);
    tellNext(next);
    return summary;
  }

  @Serve(readMetrics)
  async read(request: ApiRequest<typeof readMetrics>) {
    const { workflow_id: asked } = request.query;
    const workflow = asked === undefined ? undefined : await this.lookup.find(WORKFLOW, asked, request);
    await this.totals.reached(request);
    const [totals, executions, workflows] = await Promise.all([
      this.totals.of(workflow?.workflow_id),
      this.totals.executions(workflow?.workflow_id),
      workflow ? { total: 1 } : this.reads.page(workflowProjection, { where: { is_archived: false }, limit: 1 }),
    ]);
    const shown = [...totals.phases].sort(byCost).slice(0, SHOWN_PHASES);
    const names = await this.#phaseNames(shown, request);
    const countOf = (...statuses: readonly string[]) =>
      statuses.reduce((sum, status) => sum + (executions.get(status) ?? 0), 0);
    return {
      total_workflows: workflows.total,
      total_executions: countOf(...executions.keys()),
      active_workflows: countOf(...ACTIVE),
      completed_workflows: countOf('completed'),
      failed_workflows: countOf('failed'),
      cancelled_workflows: countOf('cancelled'),
      total_sessions: totals.sessions,
      ...totalTokensView(totals.usage),
      total_cost_usd: knownCost(totals.usage),
      cost_complete: totals.usage.costComplete && totals.usage.costUsd !== null,
      total_artifacts: totals.artifacts,
      total_artifact_bytes: totals.artifactBytes,
      phases: shown.map((phase) => phaseMetrics(phase, names.get(nameKey(phase)))),
    };
  }

  /** The names that the workflows give to their phases now. */
  async #phaseNames(phases: readonly PhaseTotal[], { minPosition }: Pick<ApiRequest, 'minPosition'>) {
    const names = new Map<string, string>();
    for (const id of new Set(phases.map(({ workflow_id }) => workflow_id))) {
      const workflow: WorkflowRow | undefined = await this.reads.get(workflowProjection, id, { minPosition });
      for (const { phaseId, name } of workflow?.definition.phases ?? []) {
        names.set(nameKey({ workflow_id: id, phase_id: phaseId }), name);
      }
    }
    return names;
  }
}

const nameKey = ({ workflow_id, phase_id }: Pick<PhaseTotal, 'workflow_id' | 'phase_id'>) =>
  `${workflow_id} ${phase_id}`;

const byCost = ({ usage: one }: PhaseTotal, { usage: other }: PhaseTotal): number =>
  Number(knownCost(other)) - Number(knownCost(one));

function phaseMetrics(phase: PhaseTotal, name = phaseDisplay(phase.phase_id)) {
  const { input_tokens, output_tokens, total_tokens } = tokensView(phase.usage);
  return {
    workflow_id: phase.workflow_id,
    phase_id: phase.phase_id,
    phase_name: name,
    status: phase.status,
    session_count: phase.session_count,
    ...{ input_tokens, output_tokens, total_tokens },
    cost_usd: knownCost(phase.usage),
    duration_seconds: phase.usage.durationMs / 1_000,
    artifact_count: phase.artifact_count,
  };
}
