import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { phaseOfSession, started } from './refusals';
import type { WorkflowExecution } from './workflow-execution';

/** Everything the runner of this session needs. */
export function workOrderOf(
  execution: WorkflowExecution,
  session: Readonly<{ phaseId: string; sessionId: string }>,
): Omit<WorkOrder, 'token'> {
  const now = started(execution);
  const { definition, sessionId, attempt, leg } = phaseOfSession(now, session);
  const { executionId, workflowId, inputs, task, repos, repositoryRef } = now.started;
  const {
    phaseId,
    name,
    agent,
    model,
    promptTemplate = '',
    timeoutSeconds,
    allowedTools,
    maxTokens,
    inputArtifactTypes,
    outputArtifactTypes,
  } = definition;
  const earlier = now.phases
    .filter(({ status }) => status === 'completed')
    .map(({ definition: { phaseId, outputArtifactTypes: artifactTypes }, artifacts }) => ({
      phaseId,
      artifacts: artifacts.map(({ path, uri }) => ({ path, uri })),
      artifactTypes: [...artifactTypes],
    }));

  return {
    sessionId,
    executionId,
    workflowId,
    phaseId,
    phaseName: name,
    attempt,
    leg,
    agent,
    model,
    promptTemplate,
    timeoutSeconds,
    allowedTools,
    maxTokens,
    inputArtifactTypes,
    outputArtifactTypes,
    inputs,
    task,
    repos: [...repos],
    repositoryRef,
    earlier,
  };
}
