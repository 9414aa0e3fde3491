import { agentSessionEvents } from '@syntropic/agent-sessions/contracts';
import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { artifactEvents } from '@syntropic/artifacts/contracts';
import { artifactProjection } from '@syntropic/artifacts/read-model';
import { workflowExecutionEvents, workflowTemplateEvents, workspaceEvents } from '@syntropic/orchestration/contracts';
import { executionFeedProjection, executionProjection, workflowProjection } from '@syntropic/orchestration/read-model';

/** Every read model there is. */
export const projections = [
  workflowProjection,
  executionProjection,
  executionFeedProjection,
  sessionProjection,
  artifactProjection,
];

/** Every event there is: one that is not here is from a newer writer, and stops the projections of its stream. */
export const catalogue: readonly string[] = [
  ...workflowTemplateEvents,
  ...workflowExecutionEvents,
  ...workspaceEvents,
  ...agentSessionEvents,
  ...artifactEvents,
];
