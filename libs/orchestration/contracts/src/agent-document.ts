import { ShortName } from '@syntropic/kernel';
import { z } from 'zod';
import { AgentConfiguration } from './agent-configuration';
import { Egress } from './egress-host';
import { OutputSchema } from './output-schema';
import { SetupDocument, setupOf } from './setup';

const [claude, codex, cli, commanded, replay, simulated] = AgentConfiguration.options;

const common = {
  isolation: claude.shape.isolation.optional(),
  /** The model of the phases that name none. */
  model: ShortName.nullish(),
  /** The bound of an answer in the phases that name none. */
  max_tokens: z.number().int().min(1).nullish(),
  limits: z
    .strictObject({
      memory_mb: z.number().int().min(16).optional(),
      pids: z.number().int().min(4).optional(),
      cpus: z.number().positive().optional(),
      disk_mb: z.number().int().min(1).optional(),
    })
    .optional(),
  /** The hosts that the agent may connect to, of those that runners allow. */
  egress: Egress.optional(),
  /** What is done in the workspace before the agent starts. */
  setup: SetupDocument.optional(),
};

/** An agent as authors write it, in YAML and JSON: `{provider, …}`; the provider decides which fields there are. */
export const AgentDocument = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('claude'),
    permission_mode: claude.shape.permissionMode,
    max_turns: claude.shape.maxTurns,
    mcp_servers: claude.shape.mcpServers,
    skills: claude.shape.skills,
    output_schema: OutputSchema.optional(),
    keep_session: claude.shape.keepSession,
    ...common,
  }),
  z.strictObject({
    provider: z.literal('codex'),
    mcp_servers: codex.shape.mcpServers,
    output_schema: OutputSchema.optional(),
    keep_session: codex.shape.keepSession,
    ...common,
  }),
  z.strictObject({
    provider: z.literal('cli'),
    command: cli.shape.command,
    env: cli.shape.env,
    output: cli.shape.output,
    ...common,
  }),
  z.strictObject({
    provider: z.literal('command'),
    command: commanded.shape.command,
    output: commanded.shape.output,
    ...common,
  }),
  z.strictObject({
    provider: z.literal('replay'),
    recording: replay.shape.recording,
    pace: replay.shape.pace.optional(),
    ...common,
  }),
  z.strictObject({
    provider: z.literal('simulated'),
    turns: simulated.shape.turns.optional(),
    tools_per_turn: simulated.shape.toolsPerTurn.optional(),
    delay_ms: simulated.shape.delayMs.optional(),
    line_bytes: simulated.shape.lineBytes.optional(),
    fail: simulated.shape.fail.optional(),
    ...common,
  }),
]);
export type AgentDocument = z.infer<typeof AgentDocument>;

/** The documents' names of settings that the configuration names differently. */
const NAMES: Readonly<Record<string, string>> = {
  tools_per_turn: 'toolsPerTurn',
  delay_ms: 'delayMs',
  line_bytes: 'lineBytes',
  permission_mode: 'permissionMode',
  max_turns: 'maxTurns',
  mcp_servers: 'mcpServers',
  output_schema: 'outputSchema',
  keep_session: 'keepSession',
};

const DOCUMENT_NAMES = new Map(Object.entries(NAMES).map(([name, setting]) => [setting, name]));

/** The documents' name of a setting. */
export const documentNameOf = (setting: string): string => DOCUMENT_NAMES.get(setting) ?? setting;

export function agentOf({ limits, setup, ...agent }: AgentDocument): z.infer<typeof AgentConfiguration> {
  const settings = Object.entries(agent).map(([name, value]) => [NAMES[name] ?? name, value] as const);
  return AgentConfiguration.parse({
    ...Object.fromEntries(settings),
    limits: limits && {
      memoryMb: limits.memory_mb,
      pids: limits.pids,
      cpus: limits.cpus,
      diskMb: limits.disk_mb,
    },
    setup: setup && setupOf(setup),
  });
}
