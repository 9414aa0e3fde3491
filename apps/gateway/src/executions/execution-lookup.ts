import { executionProjection } from '@syntropic/orchestration/read-model';

export const EXECUTION = {
  projection: executionProjection,
  noun: 'Execution',
  missing: 'execution.not_found',
} as const;

/** The statuses of executions that have not ended. */
export const ACTIVE = ['running', 'paused', 'interrupted'] as const;
