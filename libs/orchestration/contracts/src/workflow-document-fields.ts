import type { WorkflowId } from '@syntropic/kernel';
import type { AgentConfiguration } from './agent-configuration';
import { documentNameOf } from './agent-document';
import type { Budget } from './budget';
import type { PhaseDefinition, WorkflowDefinition } from './workflow-definition';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a workflow's document, which gives the same definition when it is read. Prompts are in files of their own. */
export function documentFieldsOf(
  id: WorkflowId,
  definition: WorkflowDefinition,
  promptFileOf: (phase: PhaseDefinition) => string,
): Fields {
  const { repositoryUrl: url, repositoryRef: ref, agent, budget, interruptionRetries } = definition;
  const hasRepository = url !== undefined || ref !== undefined;
  return present({
    id,
    name: definition.name,
    description: definition.description,
    type: definition.workflowType,
    classification: definition.classification,
    repository: hasRepository ? present({ url, ref }) : undefined,
    requires_repos: definition.requiresRepos,
    project_name: definition.projectName,
    inputs: definition.inputs.map(present),
    repos: definition.repos,
    agent: agent && agentFields(agent),
    interruption_retries: interruptionRetries && retriesFields(interruptionRetries),
    budget: budget && budgetFields(budget),
    phases: definition.phases.map((phase) => phaseFields(phase, promptFileOf(phase))),
  });
}

function phaseFields(phase: PhaseDefinition, promptFile: string): Fields {
  return present({
    id: phase.phaseId,
    name: phase.name,
    order: phase.order,
    description: phase.description,
    execution_type: phase.executionType,
    input_artifacts: phase.inputArtifactTypes,
    output_artifacts: phase.outputArtifactTypes,
    prompt_file: phase.promptTemplate === undefined ? undefined : promptFile,
    max_tokens: phase.maxTokens,
    timeout_seconds: phase.timeoutSeconds,
    allowed_tools: phase.allowedTools,
    argument_hint: phase.argumentHint,
    model: phase.model,
    agent: phase.agent && agentFields(phase.agent),
    retries: retriesFields(phase.retries),
  });
}

const retriesFields = ({ max, backoffSeconds }: PhaseDefinition['retries']): Fields => ({
  max,
  backoff_seconds: backoffSeconds,
});

function agentFields({ limits, setup, ...agent }: AgentConfiguration): Fields {
  const settings = Object.entries(agent).map(([name, value]) => [documentNameOf(name), value] as const);
  return present({
    ...Object.fromEntries(settings),
    limits:
      limits && present({ memory_mb: limits.memoryMb, pids: limits.pids, cpus: limits.cpus, disk_mb: limits.diskMb }),
    setup:
      setup &&
      present({
        commands: setup.commands,
        egress: setup.egress,
        secrets: setup.secrets,
        timeout_seconds: setup.timeoutSeconds,
      }),
  });
}

/** Amounts were numbers when their authors gave them. */
const budgetFields = (budget: Budget): Fields =>
  Object.fromEntries(
    budget.map(({ kind, limit, onExceeded }) => [kind, { limit: Number(limit), on_exceeded: onExceeded }]),
  );

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
