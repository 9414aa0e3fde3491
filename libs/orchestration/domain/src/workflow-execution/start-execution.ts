import type { Loaded } from '@syntropic/kernel';
import {
  fillPlaceholders,
  inputNames,
  withoutCredentials,
  type ExecutablePhase,
  type ExecutionCommands,
  type GithubServer,
  type ProviderName,
  type RecordedPhase,
  type WorkflowDefinition,
} from '@syntropic/orchestration/contracts';
import { active, type WorkflowTemplate } from '../workflow-template';
import { budgetFor } from './budget';
import { followed, type Decision } from './continuation';
import { executablePhases } from './executable-phases';
import { refuse } from './refusals';
import { refuseUnsendable } from './work-order';
import type { WorkflowExecution } from './workflow-execution';

const RESERVED = ['repos', 'repository'];

/** An agent that a runner is needed for. */
export type NeededAgent = Pick<ExecutablePhase['agent'], 'provider' | 'isolation' | 'limits' | 'setup'> &
  Readonly<{
    /** It begins with the session of another one. */
    forks?: boolean;
  }>;

/** True for agents that a connected runner can run; otherwise false, or what the runners lack for it. */
export type Capabilities = (agent: NeededAgent) => boolean | Readonly<{ lacks: string }>;

/** What a start depends on, beside its workflow. */
export type StartSurroundings = Readonly<{
  isCapable: Capabilities;
  /** The server that repositories are on. */
  github: GithubServer;
}>;

/** Starts an execution of the template as of this version. Missing inputs and capabilities are refused before a phase runs. */
export function startExecution(
  execution: WorkflowExecution,
  command: ExecutionCommands['StartExecution'],
  template: Pick<Loaded<WorkflowTemplate>, 'state' | 'version'>,
  { isCapable, github }: StartSurroundings,
): Decision {
  if (execution.status !== 'not_started') throw refuse('already_started', `it is ${execution.status}`);

  const definition = active(template.state);
  const inputs = inputsOf(command, definition);
  const phases = executablePhases(definition, command.provider);
  refuseUnheld(phases);
  refuseIncapable(phases, isCapable);

  const { executionId, workflowId, provider, task = inputs['task'] } = command;
  const { task: _, ...otherInputs } = inputs;
  const { repositoryRef: ref } = definition;
  const budget = budgetFor(definition.budget, command);
  const data = {
    executionId,
    workflowId,
    workflowName: definition.name,
    templateVersion: template.version,
    ...(provider !== undefined && { provider }),
    inputs: otherInputs,
    task,
    repos: [...cloneable(namedRepos(command, definition, inputs), github)],
    repositoryRef: ref && substituted(ref, inputs, 'repository.ref'),
    ...(budget && { budget: [...budget] }),
    phases: phases.map(planned),
    ...(definition.interruptionRetries && { interruptionRetries: definition.interruptionRetries }),
  };
  refuseUnsendable(data, phases);
  return followed(execution, [{ type: 'ExecutionStarted', data }]);
}

/** Agents that decide by themselves which tools they use: neither their programs nor the runner can keep them to a list. */
const CHOOSE_TOOLS: readonly ProviderName[] = ['codex', 'cli', 'command'];

/** @throws DomainError `execution.setting_not_held` */
export function refuseUnheld(phases: readonly ExecutablePhase[]): void {
  const phase = phases.find(
    ({ agent, allowedTools }) => allowedTools.length > 0 && CHOOSE_TOOLS.includes(agent.provider),
  );
  if (!phase) return;
  const { phaseId, agent } = phase;
  const why = `phase ${phaseId} names allowed tools, and ${agent.provider} cannot be kept to a list of tools`;
  throw refuse('setting_not_held', why, `phases.${phaseId}.allowed_tools`);
}

/**
 * @param forked the phase that begins with the session of another execution
 * @throws DomainError `execution.no_capable_runner`
 */
export function refuseIncapable(phases: readonly ExecutablePhase[], isCapable: Capabilities, forked?: string): void {
  for (const { phaseId, agent } of phases) {
    const { provider, isolation, limits, setup } = agent;
    const capability = isCapable({ provider, isolation, limits, setup, forks: phaseId === forked });
    if (capability === true) continue;
    const lacks = capability === false ? '' : ` (${capability.lacks})`;
    throw refuse('no_capable_runner', `no runner has what phase ${phaseId} needs: ${provider} in ${isolation}${lacks}`);
  }
}

const planned = ({ phaseId, name, order, executionType, model, retries, agent }: ExecutablePhase): RecordedPhase => ({
  phaseId,
  name,
  order,
  executionType,
  ...(model !== undefined && { model }),
  retries,
  agent: {
    provider: agent.provider,
    isolation: agent.isolation,
    ...(agent.setup && agent.setup.secrets.length > 0 && { secrets: [...agent.setup.secrets] }),
  },
});

/**
 * The inputs of an execution, declared defaults and its task included.
 * @throws DomainError `execution.reserved_input`, `execution.unknown_input`, `execution.missing_input`
 */
export function inputsOf(
  { inputs, task }: Pick<ExecutionCommands['StartExecution'], 'inputs' | 'task'>,
  definition: WorkflowDefinition,
): Record<string, string> {
  const reserved = RESERVED.find((name) => Object.hasOwn(inputs, name));
  if (reserved) throw refuse('reserved_input', `give repositories as repos, not as input`, `inputs.${reserved}`);

  const known = inputNames(definition);
  const unknown = Object.keys(inputs).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw refuse('unknown_input', `the workflow has no input ${unknown}`, `inputs.${unknown}`);
  }

  const defaults = definition.inputs.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value]],
  );
  const all = {
    ...(Object.fromEntries(defaults) as Record<string, string>),
    ...inputs,
    ...(task === undefined ? {} : { task }),
  };
  const absent = definition.inputs
    .filter(({ name, required }) => required && !Object.hasOwn(all, name))
    .map(({ name }) => name);
  if (absent.length > 0) {
    throw refuse('missing_input', `required inputs are missing: ${absent.join(', ')}`, `inputs.${absent.join(',')}`);
  }
  return all;
}

/** @throws DomainError `execution.repository_invalid` */
function cloneable(repos: readonly string[], github: GithubServer): readonly string[] {
  const wrong = repos.findIndex((repo) => !github.isCloneable(repo));
  if (wrong < 0) return repos;
  const why = `${JSON.stringify(withoutCredentials(repos[wrong] ?? ''))} is neither owner/name nor ${github.url}/owner/name`;
  throw refuse('repository_invalid', why, `repos[${wrong}]`);
}

/** The request's repositories, else the template's. */
function namedRepos(
  command: ExecutionCommands['StartExecution'],
  definition: WorkflowDefinition,
  inputs: Readonly<Record<string, string>>,
) {
  if (command.repos.length > 0) return command.repos;
  if (!definition.requiresRepos) return [];

  const declared =
    definition.repos.length > 0 ? definition.repos : definition.repositoryUrl ? [definition.repositoryUrl] : [];
  return declared.map((repo, index) => substituted(repo, inputs, `repos[${index}]`));
}

function substituted(text: string, inputs: Readonly<Record<string, string>>, field: string): string {
  return fillPlaceholders(text, (name) => {
    const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (value === undefined) throw refuse('unresolved_placeholder', `no input gives a value to {{${name}}}`, field);
    return value;
  });
}
