import { workflowProjection } from '@syntropic/orchestration/read-model';

export const WORKFLOW = { projection: workflowProjection, noun: 'Workflow', missing: 'workflow.not_found' } as const;
