import { z } from 'zod';
import { costFields, totalTokenFields } from '../display/usage-fields';

export const MetricsQuery = z.object({
  workflow_id: z.string().min(1).optional().meta({ description: 'Everything is of this workflow then.' }),
});

const usd = z.string().meta({ description: 'US dollars, decimal; without models whose price is unknown' });
const costComplete = costFields.cost_complete;

export const Metrics = z
  .object({
    total_workflows: z.int().meta({ description: 'Workflows that are not archived.' }),
    total_executions: z.int(),
    active_workflows: z.int().meta({ description: 'Executions that have not ended.' }),
    completed_workflows: z.int().meta({ description: 'Executions that have completed.' }),
    failed_workflows: z.int().meta({ description: 'Executions that have failed.' }),
    cancelled_workflows: z.int().meta({ description: 'Executions that were cancelled.' }),
    total_sessions: z.int(),
    ...totalTokenFields,
    total_cost_usd: usd,
    cost_complete: costComplete,
    total_artifacts: z.int(),
    total_artifact_bytes: z.int(),
    phases: z
      .array(
        z
          .object({
            workflow_id: z.string(),
            phase_id: z.string(),
            phase_name: z.string(),
            status: z.string().meta({ description: 'Of the session that has started or ended last.' }),
            session_count: z.int(),
            input_tokens: z.int(),
            output_tokens: z.int(),
            total_tokens: z.int(),
            cost_usd: usd,
            duration_seconds: z.number().meta({ description: 'The time that agents ran, without pauses.' }),
            artifact_count: z.int(),
          })
          .meta({ id: 'PhaseMetrics' }),
      )
      .meta({ description: 'The costliest hundred phases, over all executions.' }),
  })
  .meta({ id: 'MetricsResponse' });
