import { repositoryUrl, type AgentConfiguration, type WorkOrder } from '@syntropic/orchestration/contracts';
import type { SessionSpec } from '../session';
import type { Limits } from '../workspaces';
import type { Facilities } from './facilities';
import { inputFiles, phaseOutputs } from './inputs';
import { PatientObjects } from './patient-objects';

/** What the order says, with what this runner has. */
export async function specOf(
  order: WorkOrder,
  facilities: Facilities,
  { directory, signal }: Readonly<{ directory: string; signal: AbortSignal }>,
): Promise<SessionSpec> {
  const { agent, model, maxTokens, allowedTools, executionId, workflowId, inputs, task, repositoryRef } = order;
  const { graces, allowFileRepositories: allowFiles } = facilities;
  const objects = new PatientObjects(facilities, signal);
  const urls = order.repos.map(repositoryUrl);

  return {
    sessionId: order.sessionId,
    leg: order.leg,
    directory,
    backend: required(facilities.backends, agent.isolation),
    provider: required(facilities.providers, agent.provider),
    agent,
    settings: { model, maxTokens, allowedTools },
    promptTemplate: order.promptTemplate,
    prompt: {
      executionId,
      workflowId,
      repositories: urls,
      inputs,
      phaseOutputs: await phaseOutputs(objects, order),
      task,
    },
    limits: limitsOf(agent.limits),
    environment: {},
    timeoutMs: order.timeoutSeconds * 1_000,
    graces,
    inputs: inputFiles(objects, order),
    repositories: urls.map((url) => ({ url, ref: repositoryRef })),
    clone: { allowFiles, signal, workspaceId: order.sessionId },
  };
}

function required<Facility>(facilities: ReadonlyMap<string, Facility>, name: string): Facility {
  const facility = facilities.get(name);
  if (!facility) throw new Error(`this runner was given work for ${name}, which it does not offer`);
  return facility;
}

const MEGABYTE = 1024 * 1024;

const limitsOf = ({ memoryMb, pids, cpus, diskMb }: AgentConfiguration['limits'] = {}): Limits => ({
  memoryBytes: memoryMb && memoryMb * MEGABYTE,
  pids,
  cpus,
  diskBytes: diskMb && diskMb * MEGABYTE,
});
