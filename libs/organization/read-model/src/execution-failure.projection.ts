import { nameText } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** The kind of each execution's failure, and the phase that failed. */
export const executionFailureProjection = projection(workflowExecution)({
  name: 'execution_failure',
  version: 1,
  row: z.object({ execution_id: z.string(), error_type: z.string(), phase_id: z.string() }),
  key: 'execution_id',
  keys: ({ data }) => [data.executionId],
  on: {
    ExecutionFailed: (_, { data }) => ({
      execution_id: data.executionId,
      error_type: nameText(data.errorType),
      phase_id: data.phaseId,
    }),
  },
});
