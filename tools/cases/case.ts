import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Request = z.strictObject({
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
  status: z.int(),
  code: z.string().optional(),
});

const Expectation = z.strictObject({
  /** Statuses of the creation of the workflow and of the start, and words of the refusal. */
  create: z.int().optional(),
  execute: z.int().optional(),
  says: z.string().optional(),
  /** Lines of the document, one of which the refusal names. */
  line: z.array(z.int()).optional(),

  /** The states that the execution may end in, within seconds, and patterns of its error. */
  ended: z.array(z.string()).optional(),
  within: z.int().default(20),
  error: z.string().optional(),
  notError: z.string().optional(),

  cost: z.number().optional(),
  complete: z.boolean().optional(),
  model: z.string().optional(),

  /** Texts of frames: unchanged, by pattern, and all texts of the agent's output in order. */
  lines: z.array(z.string()).optional(),
  shows: z.array(z.string()).optional(),
  output: z.array(z.string()).optional(),
  /** Frames by name: those that appear, those that do not, one with a part of its data, and the most of them. */
  types: z.array(z.string()).optional(),
  never: z.array(z.string()).optional(),
  frame: z.strictObject({ event: z.string(), has: z.string() }).optional(),
  rows: z.int().optional(),

  /** The path of an artifact, and whether the session's folder goes. */
  artifact: z.string().optional(),
  removed: z.boolean().optional(),
});
export type Expectation = z.output<typeof Expectation>;

const Case = z.strictObject({
  name: z.string(),
  kind: z.string(),
  what: z.string(),
  right: z.string(),
  expect: Expectation,
  /** A document to create and execute, with the body of the start. */
  workflow: z.string().optional(),
  body: z.record(z.string(), z.unknown()).optional(),
  /** A recorded session for the provider `replay`. */
  recording: z.string().optional(),
  requests: z.array(Request).optional(),
  /** A sequence of requests that the specs know by this name, and its parameters. */
  script: z.enum(['pause-key', 'foreign-cursor', 'deep-yaml', 'cancel']).optional(),
  after: z.number().optional(),
  depths: z.array(z.int()).optional(),
  ms: z.number().optional(),
  repeated: z.array(z.tuple([z.string(), z.string(), z.int(), z.number()])).optional(),
});
/** A small input that once got a wrong answer, with the right one. */
export type Case = z.output<typeof Case>;

export const casesIn = (folder: string): Case[] =>
  z.array(Case).parse(JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')));
