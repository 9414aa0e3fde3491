import type {
  AgentConfiguration,
  ExecutablePhase,
  ProviderName,
  WorkflowDefinition,
} from '@syntropic/orchestration/contracts';
import { refuse } from './refusals';

/**
 * The phases of a template, each with its agent decided.
 * @param provider the request's override
 * @throws DomainError `execution.provider_not_configured`
 */
export const executablePhases = (
  definition: WorkflowDefinition,
  provider: ProviderName | undefined,
): readonly ExecutablePhase[] => definition.phases.map((phase) => executable(phase, definition, provider));

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

  const { isolation, limits, egress, setup } = agent;
  const common = { isolation, ...(limits && { limits }), ...(egress && { egress }), ...(setup && { setup }) };
  if (provider === 'simulated') return { ...phase, agent: { ...SIMULATED, ...common } };
  throw refuse(
    'provider_not_configured',
    `phase ${phase.phaseId} does not say what ${provider} should run`,
    'provider',
  );
}

const CLAUDE: AgentConfiguration = { provider: 'claude', isolation: 'sandbox' };
const SIMULATED = { provider: 'simulated', turns: 3, toolsPerTurn: 1, delayMs: 50, lineBytes: 0, fail: false } as const;
