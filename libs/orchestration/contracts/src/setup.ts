import type { Immutable } from '@syntropic/kernel';
import { z } from 'zod';
import { Egress } from './egress-host';

const MOST_COMMANDS = 50;
const MOST_BYTES = 64 * 1024;

/** Lines of a shell. A program takes an argument of at most 128 KiB. */
const Commands = z
  .array(z.string().min(1).max(MOST_BYTES))
  .min(1)
  .max(MOST_COMMANDS)
  .refine(
    (commands) => commands.reduce((sum, command) => sum + Buffer.byteLength(command), 0) <= MOST_BYTES,
    'the commands have at most 64 KiB together',
  );

/** Variables that the workspace itself sets. */
const OF_WORKSPACE = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|TMPDIR|(HTTPS?|NO)_PROXY|SYN_.*)$/;

/** The name of a secret, which is that of the commands' variable. */
export const SecretName = z
  .string()
  .max(100)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'capital letters, digits and _')
  .refine((name) => !OF_WORKSPACE.test(name), 'is the name of a variable that every workspace has');
const MOST_SECRETS = 20;

/** The preparation of a workspace before its agent starts: commands with a network of their own, which the agent does not have. */
export const Setup = z.object({
  /** Run by `sh -e`, one after the other, in the workspace; the first that fails fails the phase. */
  commands: Commands,
  /** The hosts that the commands may connect to, of those that the runner allows. */
  egress: Egress.default([]),
  /** The secrets of the runner that are variables of the commands, and of nothing else. */
  secrets: z
    .array(SecretName)
    .max(MOST_SECRETS)
    .refine((names) => new Set(names).size === names.length, 'no secret is named twice')
    .default([]),
  /** Seconds for all commands together; time spent paused does not count. */
  timeoutSeconds: z.number().int().min(1).max(7_200).default(600),
});
export type Setup = Immutable<z.infer<typeof Setup>>;

/** A set-up as authors write it. */
export const SetupDocument = z.strictObject({
  commands: Setup.shape.commands,
  egress: Setup.shape.egress.unwrap().optional(),
  secrets: Setup.shape.secrets.unwrap().optional(),
  timeout_seconds: Setup.shape.timeoutSeconds.unwrap().optional(),
});

export const setupOf = ({ commands, egress, secrets, timeout_seconds }: z.output<typeof SetupDocument>) => ({
  commands,
  egress,
  secrets,
  timeoutSeconds: timeout_seconds,
});
