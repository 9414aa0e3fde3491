import type { AgentConfiguration, ProviderName } from '@syntropic/orchestration/contracts';
import type { AgentOutput } from '@syntropic/telemetry';
import type { Argument } from '../workspaces';
import { CODEX_OUTPUT } from './codex-output';

/** A kind of agent: how it is started, and where it can be paused. */
export interface Provider {
  readonly name: ProviderName;
  /** True when a new leg continues the parked leg's conversation; otherwise it starts a new one in the kept directory. */
  readonly canResume: boolean;
  /** `output`: at the tool and model boundaries in its output; `anywhere`: at any moment, because its output is opaque. */
  readonly yields: 'output' | 'anywhere';
  /** True when its conversation can go on as another one, which leaves the first as it is. */
  readonly canFork?: true;
  /** @throws DomainError for a fault that the workflow's author can correct */
  plan(session: PlannedSession, places: SessionPlaces): Promise<Plan>;
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
  /** The session whose conversation this one goes on with, in the agent's home. */
  readonly fork?: Readonly<{ sessionId: string; entryId?: string | undefined }> | undefined;
}

/** The places of a session on the host, for agents that need them. */
export interface SessionPlaces {
  /** The agent's home. Its content is the agent's after the first leg: links in it may lead anywhere. */
  readonly home: string;
  /** The session socket: models are at `/<upstream>/…`, hooks at `/hooks/…`. Agents find its path in `SYN_RUNNER_SOCKET`, too. */
  readonly socket: string;
}

/** Stands for the address of the forwarder in the arguments and the environment of a plan that asks for one. */
export const FORWARDER_URL = 'http://forwarder.invalid';

/** The agent's process, for every kind of workspace. */
export interface Plan {
  readonly argv: readonly Argument[];
  /** The first input. */
  readonly stdin: string;
  /** The protocol of further input; absent: the input is closed behind the first. */
  readonly input?: InputProtocol;
  readonly env: Readonly<Record<string, Argument>>;
  /** Contents of files by their paths in the agent's home, written before the first leg. */
  readonly home?: Readonly<Record<string, string>>;
  /** The same for programs, which can be run. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Asks for a TCP port on the workspace's loopback interface that leads to the session socket. */
  readonly forwarder?: true;
}

/** Lines that an agent reads from its standard input while it runs, each with its line end. */
export interface InputProtocol {
  /** @param id by which the agent names the message later; a UUID */
  message(text: string, id: string): string;
  /** Ends the agent's present turn. @param id by which the agent names the request in its confirmation */
  interrupt(id: string): string;
}

/** Agents declare the protocol of their output; it is never inferred from what a line looks like. */
export function outputOf(agent: AgentConfiguration): AgentOutput {
  if (agent.provider === 'codex') return CODEX_OUTPUT;
  // A configuration is deeply readonly, and the parser changes nothing.
  if (agent.provider === 'cli') return agent.output as AgentOutput;
  return agent.provider === 'command' ? (agent.output ?? 'text') : 'claude-stream-json';
}

/** The id of the conversation that a leg of an agent without memory begins: one id for two of them would make one account of both. */
export const conversationOf = (id: string, leg: number): string => (leg === 1 ? id : `${id}-leg-${leg}`);

/** The configuration as the named provider's own type. */
export function settingsOf<Name extends ProviderName>(name: Name, agent: AgentConfiguration) {
  if (agent.provider !== name) throw new Error(`${agent.provider} is not run by the ${name} provider`);
  // TypeScript does not narrow a union by a generic name; the guard above has checked it.
  return agent as Extract<AgentConfiguration, { provider: Name }>;
}
