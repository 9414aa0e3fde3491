import { z } from 'zod';
import { AgentConfiguration } from './agent-configuration';

const [claude, commanded, replay, simulated] = AgentConfiguration.options;

const common = {
  isolation: claude.shape.isolation.optional(),
  /** The model of the phases that name none. */
  model: z.string().min(1).nullish(),
  limits: z
    .strictObject({
      memory_mb: z.number().int().min(16).optional(),
      pids: z.number().int().min(4).optional(),
      cpus: z.number().positive().optional(),
      disk_mb: z.number().int().min(1).optional(),
    })
    .optional(),
};

/** An agent as authors write it, in YAML and JSON: `{provider, …}`; the provider decides which fields there are. */
export const AgentDocument = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('claude'), ...common }),
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

export function agentOf({ limits, ...agent }: AgentDocument): z.infer<typeof AgentConfiguration> {
  const { tools_per_turn, delay_ms, line_bytes, ...fields } = { ...NOTHING, ...agent };
  return AgentConfiguration.parse({
    ...fields,
    toolsPerTurn: tools_per_turn,
    delayMs: delay_ms,
    lineBytes: line_bytes,
    limits: limits && {
      memoryMb: limits.memory_mb,
      pids: limits.pids,
      cpus: limits.cpus,
      diskMb: limits.disk_mb,
    },
  });
}

const NOTHING = { tools_per_turn: undefined, delay_ms: undefined, line_bytes: undefined };
