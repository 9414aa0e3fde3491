import type { AgentConfiguration, ProviderName } from '@syntropic/orchestration/contracts';
import type { AgentOutput } from '@syntropic/telemetry';
import type { Argument } from '../workspaces';

/** A kind of agent: how it is started, and where it can be paused. */
export interface Provider {
  readonly name: ProviderName;
  /** True when a new leg continues the parked leg's conversation; otherwise it starts a new one in the kept directory. */
  readonly canResume: boolean;
  /** `output`: at the tool and model boundaries in its output; `anywhere`: at any moment, because its output is opaque. */
  readonly yields: 'output' | 'anywhere';
  plan(session: PlannedSession): Promise<Plan>;
}

/** Settings of a phase for its agent. The README lists the providers that cannot apply them. */
interface PhaseSettings {
  /** Absent: the agent's default. */
  readonly model?: string | undefined;
  /** Per answer of the model. */
  readonly maxTokens?: number | undefined;
  /** Empty: all tools. */
  readonly allowedTools: readonly string[];
}

export interface PlannedSession extends PhaseSettings {
  readonly agent: AgentConfiguration;
  readonly sessionId: string;
  readonly leg: number;
  readonly prompt: string;
}

/** The agent's process, for every kind of workspace. */
export interface Plan {
  readonly argv: readonly Argument[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Agents declare the protocol of their output; it is never inferred from what a line looks like. */
export const outputOf = (agent: AgentConfiguration): AgentOutput =>
  agent.provider === 'command' ? (agent.output ?? 'text') : 'claude-stream-json';

/** The id of the conversation that a leg of an agent without memory begins: one id for two of them would make one account of both. */
export const conversationOf = (id: string, leg: number): string => (leg === 1 ? id : `${id}-leg-${leg}`);

/** The configuration as the named provider's own type. */
export function settingsOf<Name extends ProviderName>(name: Name, agent: AgentConfiguration) {
  if (agent.provider !== name) throw new Error(`${agent.provider} is not run by the ${name} provider`);
  // TypeScript does not narrow a union by a generic name; the guard above has checked it.
  return agent as Extract<AgentConfiguration, { provider: Name }>;
}
