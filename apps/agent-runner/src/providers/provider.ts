import type { AgentConfiguration, ProviderName } from '@syntropic/orchestration/contracts';
import type { Argument } from '../workspaces';

/** A kind of agent: how it is started, and where it can stand still. */
export interface Provider {
  readonly name: ProviderName;
  /** Whether a new leg goes on in the conversation where the parked one stopped; otherwise it begins again in the kept directory. */
  readonly canResume: boolean;
  /** `output`: at the tool and model boundaries that its output shows; `anywhere`: at any moment, for nothing is known of it. */
  readonly yields: 'output' | 'anywhere';
  plan(session: PlannedSession): Promise<Plan>;
}

/** What a phase asks of its agent, whichever it is. A provider whose agent cannot be told says so in the README. */
export interface PhaseSettings {
  /** Absent: the agent's own choice. */
  readonly model?: string | undefined;
  /** Of one answer. */
  readonly maxTokens?: number | undefined;
  /** Empty: any. */
  readonly allowedTools: readonly string[];
}

export interface PlannedSession extends PhaseSettings {
  readonly agent: AgentConfiguration;
  readonly sessionId: string;
  readonly leg: number;
  readonly prompt: string;
}

/** How to run the agent, whatever the workspace. */
export interface Plan {
  readonly argv: readonly Argument[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The settings of one provider; a configuration of another one cannot reach it. */
export function settingsOf<Name extends ProviderName>(name: Name, agent: AgentConfiguration) {
  if (agent.provider !== name) throw new Error(`${agent.provider} is not run by the ${name} provider`);
  // TypeScript does not narrow a union by a generic name; the guard has.
  return agent as Extract<AgentConfiguration, { provider: Name }>;
}
