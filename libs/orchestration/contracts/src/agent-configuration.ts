import type { Immutable } from '@syntropic/kernel';
import { z } from 'zod';
import { Egress } from './egress-host';
import { Argument, claudeSettings, cliSettings, codexSettings, MAX_ARGUMENTS } from './program-settings';
import { Setup } from './setup';

const Limits = z.object({
  memoryMb: z.number().int().min(16).optional(),
  pids: z.number().int().min(4).optional(),
  cpus: z.number().positive().optional(),
  diskMb: z.number().int().min(1).optional(),
});

/** The kinds of workspaces. */
export const Isolation = z.enum(['sandbox', 'process', 'docker', 'kubernetes']).meta({
  description:
    '`sandbox`: every namespace its own; `process`: no isolation, where the runner allows it; `docker`: a container of an engine, where the runner has one (experimental); `kubernetes`: a pod of a cluster, where the runner has one (experimental)',
});

const common = {
  isolation: Isolation.default('sandbox'),
  limits: Limits.optional(),
  /** The hosts that the agent may connect to, of those that the runner allows; absent: all of these. */
  egress: Egress.optional(),
  /** What is done in the workspace before the agent starts. */
  setup: Setup.optional(),
};

/** A recording's name in the runner's recordings directory, never a path. */
const RecordingName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'a recording name, not a path');

const claude = z.object({ provider: z.literal('claude'), ...claudeSettings, ...common });
const codex = z.object({ provider: z.literal('codex'), ...codexSettings, ...common });
const cli = z.object({ provider: z.literal('cli'), ...cliSettings, ...common });
const command = z.object({
  provider: z.literal('command'),
  /** Program and arguments; the rendered prompt comes on standard input. */
  command: z.array(z.string()).min(1),
  /** The protocol of its standard output. Without one its lines are text, and its exit code alone decides its outcome. */
  output: z.enum(['claude-stream-json']).optional(),
  ...common,
});
const replay = z.object({
  provider: z.literal('replay'),
  recording: RecordingName,
  /** `recorded`: with the pauses of the original; `fast`: without. */
  pace: z.enum(['fast', 'recorded']).default('fast'),
  ...common,
});
const simulated = z.object({
  provider: z.literal('simulated'),
  turns: z.number().int().min(1).max(10_000).default(3),
  toolsPerTurn: z.number().int().min(0).max(100).default(1),
  delayMs: z.number().int().min(0).max(600_000).default(50),
  lineBytes: z.number().int().min(0).max(1_000_000).default(0),
  fail: z.boolean().default(false),
  ...common,
});

/** An agent as events have it: those of older builds may have longer arguments. */
export const RecordedAgent = z.discriminatedUnion('provider', [claude, codex, cli, command, replay, simulated]);

/** The program that does the work of a phase, and its settings. */
export const AgentConfiguration = z.discriminatedUnion('provider', [
  claude,
  codex,
  cli,
  command.extend({ command: z.array(Argument).min(1).max(MAX_ARGUMENTS) }),
  replay.extend({ recording: RecordingName.max(255) }),
  simulated,
]);
export type AgentConfiguration = Immutable<z.infer<typeof AgentConfiguration>>;

export const PROVIDERS = ['claude', 'codex', 'cli', 'command', 'replay', 'simulated'] as const;
export type ProviderName = (typeof PROVIDERS)[number];
