import {
  answered,
  byLeaseHolder,
  commands,
  Done,
  ExecutionId,
  Location,
  PhaseId,
  RecordedFile,
  SessionId,
  ShortName,
  WorkflowId,
  type AnswerOf,
  type Immutable,
} from '@syntropic/kernel';
import { z } from 'zod';
import { RecordedAgent } from './agent-configuration';
import { RecordedCheckpoint } from './checkpoint';
import { AgentMessage, MessageId } from './message';
import { SecretName } from './setup';

/** A file of an earlier phase. Only the fields that a runner needs, because a phase may have a thousand files. */
const InputFile = RecordedFile.pick({ path: true, uri: true });

/** The output of an earlier phase, for `artifacts/input/<phase>` and for `{{phase}}` in prompts. */
const EarlierPhase = z.object({
  phaseId: PhaseId,
  /** Ordered by path: the first ones, as many as the order has room for. */
  artifacts: z.array(InputFile),
  /** Present when `ListInputs` lists further ones. */
  hasMore: z.literal(true).optional(),
  /** The artifact types that the phase declares; empty when it declares none. */
  artifactTypes: z.array(z.string()).default([]),
});

/** The largest work order: with its headers it fits into one message of the bus. */
export const MAX_ORDER_BYTES = 960 * 1024;

/** The kept session with which a session begins: its conversation and its files. */
export const Fork = z.object({
  sessionId: SessionId,
  /** The location of its archive in object storage. */
  uri: z.string(),
  /** The last entry of the conversation that counts, by the agent's own id; absent: all do. */
  entryId: z.string().optional(),
  /** What the conversation goes on with; absent: the phase's own prompt. Nothing in it is filled in. */
  prompt: z.string().optional(),
});

/** The ability to fork sessions of a provider, as runners report it among their providers: older ones would begin anew. */
export const forksOf = (provider: string): string => `${provider}/fork`;

/** Everything a runner needs to run one session, except input files beyond the order's room. */
export const WorkOrder = z.object({
  sessionId: SessionId,
  /** Rises with each claim; commands with an older token are refused. */
  token: z.number().int(),
  executionId: ExecutionId,
  workflowId: WorkflowId,
  phaseId: PhaseId,
  phaseName: z.string(),
  attempt: z.number().int(),
  /** From 1; above 1 the session goes on in the workspace where it was parked. */
  leg: z.number().int(),
  /** Present when the session was parked with a checkpoint: its workspace may be on the disk of another runner. */
  checkpoint: RecordedCheckpoint.optional(),
  agent: RecordedAgent,
  model: z.string().optional(),
  promptTemplate: z.string().default(''),
  timeoutSeconds: z.number(),
  allowedTools: z.array(z.string()),
  maxTokens: z.number().int().optional(),
  /** The artifact types that become `artifacts/input`; empty means all. */
  inputArtifactTypes: z.array(z.string()).default([]),
  outputArtifactTypes: z.array(z.string()),
  inputs: z.record(z.string(), z.string()),
  task: z.string().optional(),
  repos: z.array(z.string()),
  repositoryRef: z.string().optional(),
  /** Present when the execution has a budget: its calls are reserved, and its usage is reported. */
  isBudgeted: z.literal(true).optional(),
  earlier: z.array(EarlierPhase),
  /** Present for a phase that begins with the session of another execution. */
  fork: Fork.optional(),
  /** Present when `ListMessages` lists messages for the agent. */
  hasMessages: z.literal(true).optional(),
});
export type WorkOrder = Immutable<z.infer<typeof WorkOrder>>;

const Runner = z.string().min(1).max(100);

/** The most kinds of workspaces, and providers, that a runner reports. */
const MAX_BACKENDS = 100;
const MAX_PROVIDERS = 100;

/** The capabilities that a runner reports. */
const capabilities = {
  runner: Runner,
  backends: z.array(ShortName).max(MAX_BACKENDS),
  providers: z.array(ShortName).max(MAX_PROVIDERS),
};

/** The most secrets that a runner offers. */
const MAX_SECRETS = 1_000;

/** The program of a provider as a runner has found it: its version, or the reason why there is none. */
const AgentProgram = z.union([
  z.object({ version: z.string().max(100) }),
  z.object({ missing: z.string().max(1_000) }),
]);
export type AgentProgram = Immutable<z.infer<typeof AgentProgram>>;

/** The limits that authors may ask for. */
const LimitName = z.enum(['memory_mb', 'pids', 'cpus', 'disk_mb']);
const Mebibytes = z.int().nonnegative();

/** The limits that a runner can hold in one of its kinds of workspaces. */
export const WorkspaceLimits = z.object({
  /** Those that the machine cannot hold at all. */
  unheld: z.array(LimitName).max(LimitName.options.length),
  /** The largest that fit into the memory of the runner's workspaces; absent where nothing bounds them. */
  most: z.object({ memory_mb: Mebibytes.optional(), disk_mb: Mebibytes.optional() }),
});
export type WorkspaceLimits = Immutable<z.infer<typeof WorkspaceLimits>>;

/** A hint that there is work. A claim finds the work without it, so a lost hint only costs time. */
export const WorkHint = z.object({
  sessionId: SessionId,
  /** Present when the work has waited so long that no runner with a free slot can be there. */
  waiting: z.object({ provider: z.string() }).optional(),
});
export type WorkHint = z.infer<typeof WorkHint>;

/** The requested control of a session. `park`: a pause that gives slot and lease up as soon as the agent is held. */
export const Control = z.enum(['run', 'pause', 'park', 'interrupt', 'cancel']);
export type Control = z.infer<typeof Control>;

const RenewedLease = z.union([
  z.object({
    sessionId: SessionId,
    held: z.literal(true),
    control: Control,
    /** Position of the event that requests it: tells a repeated request from a new one. */
    asOf: z.number().int().default(0),
    /** Position of the newest message for the session's execution; 0 before the first. */
    messages: z.number().int().default(0),
  }),
  z.object({ sessionId: SessionId, held: z.literal(false) }),
]);

/** The most leases or parked sessions that a runner reports in one message. */
const MAX_REPORTED = 10_000;

/** The most checkpoints that are removed before they are reported. */
export const MAX_COLLECTED = 100;

/** A list of facts that do not depend on each other: one that does not parse is left out, and refuses no other. */
const independent = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (items: readonly z.input<Item>[]) =>
      Array.isArray(items) ? items.filter((one) => item.safeParse(one).success) : items,
    z.array(item).max(MAX_REPORTED),
  );

/** The commands between runners and command-service about work. */
export const work = commands(
  'work',
  {
    /**
     * A runner with a free slot requests work that it can do. Its claims have rising numbers, and each is answered once:
     * a late copy, or an older claim, takes nothing. Older runners send none.
     */
    ClaimWork: answered(
      { ...capabilities, number: z.number().int().positive().optional() },
      z.object({ order: WorkOrder.nullable() }),
    ),
    /** The files of an earlier phase of the leased session's execution, beyond those in the work order, in pages. */
    ListInputs: byLeaseHolder(
      { executionId: ExecutionId, phaseId: PhaseId, skip: z.int().nonnegative() },
      z.object({ artifacts: z.array(InputFile), hasMore: z.boolean() }),
    ),
    /** The messages that the phase's agent has not taken yet, oldest first, in pages. */
    ListMessages: byLeaseHolder(
      { executionId: ExecutionId, phaseId: PhaseId, after: MessageId.optional() },
      z.object({ messages: z.array(AgentMessage), hasMore: z.boolean() }),
    ),
    /** Renews all leases of a runner in one message, and reports its capabilities. */
    RenewWork: answered(
      {
        ...capabilities,
        slots: z.number().int().nonnegative(),
        /** By provider; of those whose programs are not the runner's own. */
        agents: z
          .record(z.string().max(100), AgentProgram)
          .refine((agents) => Object.keys(agents).length <= MAX_PROVIDERS, `at most ${MAX_PROVIDERS}`)
          .optional(),
        /** The names of the secrets that set-ups may ask this runner for. */
        secrets: z.array(SecretName).max(MAX_SECRETS).optional(),
        /** By backend. Older runners do not say: what they cannot hold fails its phase. */
        workspaces: z
          .record(z.string().max(100), WorkspaceLimits)
          .refine((kinds) => Object.keys(kinds).length <= MAX_BACKENDS, `at most ${MAX_BACKENDS}`)
          .optional(),
        leases: independent(z.object({ sessionId: SessionId, token: z.number().int() })),
        /** The runner takes up sessions that others have parked with a checkpoint. Older runners cannot, and do not say. */
        restoresCheckpoints: z.boolean().optional(),
        /** Sessions whose workspaces this runner keeps parked. */
        parked: independent(SessionId).default([]),
        /** The newest claim that is not under way: work that it or an older one has taken, and that is not in `leases`, is not held. */
        claims: z.number().int().nonnegative().optional(),
      },
      z.object({
        leases: z.array(RenewedLease),
        /** Parked sessions that will not be resumed. */
        discard: z.array(SessionId),
        /** The highest number of a claim of this runner. */
        claims: z.number().int().default(0),
      }),
    ),
    /** The session has ended, is parked, or is given back untouched. */
    ReleaseWork: answered(
      { sessionId: SessionId, token: z.number().int(), as: z.enum(['closed', 'parked', 'queued']) },
      z.object({ held: z.boolean() }),
    ),
    /** A checkpoint of the leased session is about to be stored. From now on it is removed when no work needs it. */
    NoteCheckpoint: byLeaseHolder({ executionId: ExecutionId, uri: Location.min(1) }, Done),
    /** Forgets checkpoints that the runner has removed, and lists others that no work needs. */
    CollectCheckpoints: answered(
      { removed: z.array(Location).max(MAX_COLLECTED) },
      z.object({ unwanted: z.array(z.string()) }),
    ),
  },
  'runner',
);

export type RenewedWork = AnswerOf<typeof work.RenewWork>;
export type MessagePage = AnswerOf<typeof work.ListMessages>;
export type InputPage = AnswerOf<typeof work.ListInputs>;
