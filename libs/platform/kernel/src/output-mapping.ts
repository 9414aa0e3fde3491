import { z } from 'zod';

/** Names of fields, from the outermost on: `part.state.output`. */
const Path = z
  .string()
  .max(200)
  .regex(/^[\w-]+(\.[\w-]+)*$/, 'names of fields with dots between them');

/** A path, or a literal text behind `=`. */
const Value = z.union([Path, z.string().max(200).startsWith('=')]);

/** The fields, by path, that a line has with these values. */
const Condition = z
  .record(Path, z.union([z.string().max(200), z.number(), z.boolean()]))
  .refine((fields) => Object.keys(fields).length <= 20, 'at most 20 fields');

const when = { when: Condition };

const Rule = z.discriminatedUnion('as', [
  /** The conversation has begun. */
  z.strictObject({ ...when, as: z.literal('session'), id: Path.optional(), model: Value.optional() }),
  z.strictObject({ ...when, as: z.literal('message'), text: Path }),
  z.strictObject({ ...when, as: z.literal('thinking'), text: Path }),
  /** A warning or an error that does not end the work. */
  z.strictObject({ ...when, as: z.literal('notice'), text: Path }),
  /** A line that tells no more than other lines do: it is not kept. */
  z.strictObject({ ...when, as: z.literal('nothing') }),
  z.strictObject({ ...when, as: z.literal('tool_start'), id: Path, name: Value, input: Path.optional() }),
  /** Without a `tool_start` before it, the line tells both. */
  z.strictObject({
    ...when,
    as: z.literal('tool_end'),
    id: Path,
    name: Value,
    input: Path.optional(),
    output: Path.optional(),
    /** The fields of a tool that has succeeded; absent: all have. */
    ok: Condition.optional(),
  }),
  /** Tokens of one model call, or with `total` of the conversation so far. */
  z.strictObject({
    ...when,
    as: z.literal('usage'),
    model: Value.optional(),
    input: Path,
    output: Path,
    cache_read: Path.optional(),
    cache_write: Path.optional(),
    /** True where cached tokens are a part of the input. */
    input_has_cache: z.boolean().default(false),
    total: z.boolean().default(false),
  }),
  /** The agent has ended its work; the last one decides. `error`: it has failed, with this text. */
  z.strictObject({ ...when, as: z.literal('result'), error: Value.optional() }),
]);

/** The meaning of an agent's JSON lines. All rules whose condition a line fulfils apply; other lines are kept as they are. */
export const OutputMapping = z.array(Rule).min(1).max(50);
export type OutputMapping = z.infer<typeof OutputMapping>;
export type OutputRule = z.infer<typeof Rule>;
