import { jsonBytes, OutputMapping } from '@syntropic/kernel';
import { z } from 'zod';

/** Names become directories and parts of tools' names. */
const Name = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$/, 'letters, digits, _ and -, at most 64');

const byName = <Item extends z.ZodType>(item: Item, most: number) =>
  z.record(Name, item).refine((items) => Object.keys(items).length <= most, `at most ${most}`);

/** An argument or a variable of a program: Linux takes no longer ones. */
export const Argument = z.string().max(131_071);
export const MAX_ARGUMENTS = 1_000;

const Variables = z
  .record(
    z
      .string()
      .max(255)
      .regex(/^[A-Za-z_]\w*$/, 'the name of a variable'),
    Argument,
  )
  .refine((variables) => Object.keys(variables).length <= MAX_ARGUMENTS, `at most ${MAX_ARGUMENTS}`);

/** A server of the Model Context Protocol that the agent starts in its workspace, and talks to over its standard streams. */
const McpServer = z.strictObject({
  /** Program and arguments. */
  command: z.array(Argument.min(1)).min(1).max(MAX_ARGUMENTS),
  env: Variables.default({}),
});

const MOST_SCHEMA_BYTES = 64 * 1024;
const MOST_SKILL_BYTES = 64 * 1024;

/** The text of a `SKILL.md`, with its front matter. */
const Skill = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MOST_SKILL_BYTES, 'a skill has at most 64 KiB');

const mcpServers = byName(McpServer, 20).optional();

/** A JSON Schema; documents are held to `OutputSchema`. */
const outputSchema = z
  .record(z.string().max(1_000), z.json())
  .refine((schema) => jsonBytes(schema) <= MOST_SCHEMA_BYTES, 'a schema has at most 64 KiB')
  .optional();

/** Keeps the conversation and the files of each session, so that others can be forked from it. */
const keepSession = z.boolean().optional();

/** The settings of `codex` beside those of every agent. */
export const codexSettings = { mcpServers, outputSchema, keepSession };

/** The settings of `cli` beside those of every agent. */
export const cliSettings = {
  /**
   * Program and arguments. `$PROMPT` stands for the prompt, which comes on standard input where no argument has it; `$MODEL` for the phase's model;
   * `$MODELS` for the address of the runner's models, without a slash at its end.
   */
  command: z.array(Argument).min(1).max(MAX_ARGUMENTS),
  /** With the same placeholders, but the prompt. */
  env: Variables.optional(),
  output: OutputMapping,
};

/** The settings of `claude` beside those of every agent. */
export const claudeSettings = {
  /** Absent: everything is allowed, or with `allowedTools` these alone. */
  permissionMode: z.enum(['acceptEdits', 'bypassPermissions', 'dontAsk', 'plan']).optional(),
  /** Answers of the model, after which the agent is cut off. */
  maxTurns: z.number().int().min(1).max(10_000).optional(),
  mcpServers,
  skills: byName(Skill, 20).optional(),
  outputSchema,
  keepSession,
};
