import {
  fillPlaceholders,
  inputNames,
  isCloneable,
  withoutCredentials,
  type AgentConfiguration,
  type ExecutablePhase,
  type ProviderName,
  type ExecutionCommands,
  type WorkflowDefinition,
} from '@syntropic/orchestration/contracts';
import { active, type WorkflowTemplate } from '../workflow-template';
import { followed, type Decision } from './continuation';
import { refuse } from './refusals';
import { refuseUnsendable } from './work-order';
import type { WorkflowExecution } from './workflow-execution';

const RESERVED = ['repos', 'repository'];

/** True for agents that a connected runner can run. */
export type Capabilities = (agent: ExecutablePhase['agent']) => boolean;

/** Copies the template into the execution. Missing inputs and capabilities are refused before a phase runs. */
export function startExecution(
  execution: WorkflowExecution,
  command: ExecutionCommands['StartExecution'],
  template: WorkflowTemplate,
  isCapable: Capabilities,
): Decision {
  if (execution.status !== 'not_started') throw refuse('already_started', `it is ${execution.status}`);

  const definition = active(template);
  const inputs = inputsOf(command, definition);
  const phases = definition.phases.map((phase) => executable(phase, definition, command.provider));
  const beyond = phases.find(({ agent }) => !isCapable(agent));
  if (beyond) {
    throw refuse(
      'no_capable_runner',
      `no runner has what phase ${beyond.phaseId} needs: ${beyond.agent.provider} in ${beyond.agent.isolation}`,
    );
  }

  const { executionId, workflowId, task = inputs['task'] } = command;
  const { repositoryRef: ref } = definition;
  const repos = reposOf(command, definition, inputs);
  const data = {
    executionId,
    workflowId,
    workflowName: definition.name,
    inputs,
    task,
    repos: [...repos],
    repositoryRef: ref && substituted(ref, inputs, 'repository.ref'),
    phases,
  };
  refuseUnsendable(data);
  return followed(execution, [{ type: 'ExecutionStarted', data }]);
}

function inputsOf(
  { inputs, task }: ExecutionCommands['StartExecution'],
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

/** The request's repositories, else the template's. */
function reposOf(
  command: ExecutionCommands['StartExecution'],
  definition: WorkflowDefinition,
  inputs: Readonly<Record<string, string>>,
) {
  const repos = namedRepos(command, definition, inputs);
  const wrong = repos.findIndex((repo) => !isCloneable(repo));
  if (wrong < 0) return repos;
  const why = `${JSON.stringify(withoutCredentials(repos[wrong] ?? ''))} is neither owner/name nor https://github.com/owner/name`;
  throw refuse('repository_invalid', why, `repos[${wrong}]`);
}

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

function executable(
  { agent: own, ...phase }: WorkflowDefinition['phases'][number],
  definition: WorkflowDefinition,
  provider: ProviderName | undefined,
): ExecutablePhase {
  const agent = own ?? definition.agent ?? CLAUDE;
  // Clients always send `claude`: it means the agent of phases for which the workflow names none.
  const wanted =
    provider === undefined || provider === 'claude'
      ? agent
      : [own, definition.agent].find((one) => one?.provider === provider);
  if (wanted) return { ...phase, agent: wanted };

  const { isolation, limits } = agent;
  const common = { isolation, ...(limits && { limits }) };
  if (provider === 'simulated') return { ...phase, agent: { ...SIMULATED, ...common } };
  throw refuse(
    'provider_not_configured',
    `phase ${phase.phaseId} does not say what ${provider} should run`,
    'provider',
  );
}

const CLAUDE: AgentConfiguration = { provider: 'claude', isolation: 'sandbox' };
const SIMULATED = { provider: 'simulated', turns: 3, toolsPerTurn: 1, delayMs: 50, lineBytes: 0, fail: false } as const;
