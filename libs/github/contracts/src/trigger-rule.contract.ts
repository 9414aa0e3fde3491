import {
  byPlatform,
  contract,
  DeliveryId,
  ErrorText,
  ExecutionId,
  RepoFullName,
  ShortName,
  TriggerId,
  WorkflowId,
  type CommandsOf,
  type EventOf,
  type EventsOf,
  type Immutable,
} from '@syntropic/kernel';
import { z } from 'zod';
import { Condition, GithubEvent, InputMapping } from './condition';
import { PresetName } from './presets';

/** The most active rules of a repository: one delivery is compared with all of them. */
export const MAX_TRIGGERS = 40;

/** Logins of GitHub; those of apps end with `[bot]`. */
const Login = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*(?:\[bot\])?$/, 'the login of a user or an app of GitHub');

const limits = {
  /** Executions for one pull request, ever. */
  maxAttempts: z.int().min(1).max(1_000),
  /** Executions in a day of UTC. */
  dailyLimit: z.int().min(1).max(1_000),
  /** Waits for this time without a further delivery about the same pull request. */
  debounceSeconds: z.int().min(0).max(86_400),
  /** The least time between two executions for one pull request. */
  cooldownSeconds: z.int().min(0).max(604_800),
};

const senders = {
  /** Whether bots may start executions, too. Events that only machines send are not concerned. */
  allowBots: z.boolean(),
  /** The senders whose deliveries start executions; anyone, but bots, where the list is empty. */
  allowedSenders: z.array(Login).max(50),
};

/** How often a rule starts executions, and for whom. */
export const TriggerConfig = z.object({
  maxAttempts: limits.maxAttempts.default(3),
  dailyLimit: limits.dailyLimit.default(20),
  debounceSeconds: limits.debounceSeconds.default(0),
  cooldownSeconds: limits.cooldownSeconds.default(300),
  allowBots: senders.allowBots.default(false),
  allowedSenders: senders.allowedSenders.default([]),
});
export type TriggerConfig = z.infer<typeof TriggerConfig>;

/** As events have it: rules of older builds say nothing about senders. */
const recorded = z.object({
  ...limits,
  allowBots: senders.allowBots.optional(),
  allowedSenders: senders.allowedSenders.optional(),
});
export type RecordedConfig = Immutable<z.infer<typeof recorded>>;

type Changes = { readonly [Field in keyof RecordedConfig]?: RecordedConfig[Field] | undefined };

/** What a change does not name stays as it was. */
export const changedConfig = (before: RecordedConfig, changes: Changes = {}): RecordedConfig => ({
  maxAttempts: changes.maxAttempts ?? before.maxAttempts,
  dailyLimit: changes.dailyLimit ?? before.dailyLimit,
  debounceSeconds: changes.debounceSeconds ?? before.debounceSeconds,
  cooldownSeconds: changes.cooldownSeconds ?? before.cooldownSeconds,
  allowBots: changes.allowBots ?? before.allowBots,
  allowedSenders: changes.allowedSenders ?? before.allowedSenders,
});

/** The reasons for which a rule starts nothing. */
export const TriggerGuard = z.enum([
  'concurrency',
  'max_attempts',
  'cooldown',
  'daily_limit',
  'debounced',
  'trigger_paused',
]);
export type TriggerGuard = z.infer<typeof TriggerGuard>;

const Conditions = z.array(Condition).max(20);
const by = z.string().max(255);
const reason = ErrorText.optional();
const one = { triggerId: TriggerId };

const registered = {
  ...one,
  name: ShortName,
  event: GithubEvent,
  repository: RepoFullName,
  workflowId: WorkflowId,
  conditions: Conditions,
  inputMapping: InputMapping,
  config: recorded,
  /** The installation that may read the repository; empty where none is known. */
  installationId: by,
  createdBy: by,
  preset: PresetName.optional(),
};
/** Fields that are absent stay as they were. */
const updated = {
  ...one,
  name: ShortName.optional(),
  conditions: Conditions.optional(),
  inputMapping: InputMapping.optional(),
  config: recorded.partial().optional(),
};
/** Claims derive from the event alone, so it names what the rule is claimed for. */
const claimed = { ...one, repository: RepoFullName, workflowId: WorkflowId };

/** What a rule was asked to start, and on whose behalf. */
const firing = { ...one, executionId: ExecutionId, deliveryId: DeliveryId };
const about = { ...firing, event: z.string(), repository: z.string(), prNumber: z.int().optional() };
const dispatched = { ...one, executionId: ExecutionId, workflowId: WorkflowId };

/** Starts executions of a workflow for deliveries of a repository. */
export const triggerRule = contract('github', 'trigger', {
  key: 'triggerId',
  commands: {
    RegisterTrigger: {
      ...registered,
      conditions: Conditions.default([]),
      inputMapping: InputMapping.default({}),
      config: TriggerConfig.default(TriggerConfig.parse({})),
      installationId: by.default(''),
      createdBy: by.default('api'),
    },
    UpdateTrigger: updated,
    PauseTrigger: { ...one, pausedBy: by.default(''), reason },
    ResumeTrigger: { ...one, resumedBy: by.default('') },
    DeleteTrigger: { ...one, deletedBy: by.default('') },
    /** A delivery has matched the rule. `at`: the moment against which the guards count; `isDue`: the rule has deferred it before. */
    FireTrigger: byPlatform({ ...firing, at: z.iso.datetime(), isDue: z.boolean().default(false) }),
    /** Starts the execution of a rule that has fired. */
    DispatchTrigger: byPlatform({ ...dispatched, deliveryId: DeliveryId, repository: RepoFullName }),
  },
  events: {
    TriggerRegistered: registered,
    TriggerUpdated: updated,
    TriggerPaused: { ...claimed, pausedBy: by, reason },
    TriggerResumed: { ...claimed, resumedBy: by },
    TriggerDeleted: { ...claimed, deletedBy: by, preset: PresetName.optional() },
    /** The guards allow the execution. */
    TriggerFired: { ...about, workflowId: WorkflowId, at: z.iso.datetime() },
    TriggerBlocked: { ...about, guard: TriggerGuard, reason: z.string() },
    /** The rule looks at the delivery again at `dueAt`, in place of the one that it had deferred before. */
    TriggerDeferred: {
      ...about,
      guard: z.enum(['debounced', 'cooldown']),
      afterSeconds: z.number(),
      dueAt: z.iso.datetime(),
      replaces: ExecutionId.optional(),
    },
    /** The execution has started. */
    TriggerDispatchCompleted: dispatched,
    /** The start of the execution was refused. */
    TriggerDispatchFailed: { ...dispatched, failureReason: z.string() },
  },
  refusals: {
    not_found: ['not_found', 'There is no such trigger'],
    already_exists: ['conflict', 'The repository has this preset already'],
    already_paused: ['conflict', 'The trigger is paused'],
    already_active: ['conflict', 'The trigger is active'],
    already_deleted: ['conflict', 'The trigger was deleted'],
    workflow_not_found: ['not_found', 'The workflow of the trigger does not exist'],
    workflow_archived: ['conflict', 'The workflow of the trigger is archived'],
    too_many: ['conflict', 'The repository has as many active triggers as one may have'],
    preset_not_found: ['not_found', 'There is no such preset'],
  },
});

export type TriggerCommands = CommandsOf<typeof triggerRule>;
export type TriggerEvents = EventsOf<typeof triggerRule>;
export type TriggerEvent = EventOf<typeof triggerRule>;
