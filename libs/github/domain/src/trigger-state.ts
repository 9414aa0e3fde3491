import {
  triggerRule as contract,
  type Condition,
  type InputMapping,
  type PresetName,
  type RecordedConfig,
} from '@syntropic/github/contracts';
import { refusing, type ExecutionId, type Immutable, type WorkflowId } from '@syntropic/kernel';

/** What a rule has started for one pull request, or for all deliveries that are about none. */
export type Target = Readonly<{
  fires: number;
  lastFiredAt?: string;
  /** The last execution. */
  executionId?: ExecutionId;
  /** `started` until the log says that the execution has ended. */
  dispatch?: 'pending' | 'started' | 'failed';
  /** The execution of the delivery that waits to be looked at again. */
  deferred?: ExecutionId | undefined;
}>;

/** What guards count. `day` is that of UTC. */
export type Firings = Readonly<{
  day: string;
  firesOfDay: number;
  /** By the key of the pull request, the one that was touched last at the end. */
  targets: Readonly<Record<string, Target>>;
}>;

type Rule = Immutable<{
  name: string;
  event: string;
  repository: string;
  workflowId: WorkflowId;
  conditions: Condition[];
  inputMapping: InputMapping;
  config: RecordedConfig;
  preset?: PresetName | undefined;
}>;

type Registered = Rule & Readonly<{ firings: Firings }>;

export type ActiveRule = Registered & Readonly<{ status: 'active' }>;

/** A rule that starts executions of a workflow for deliveries of a repository. */
export type TriggerRule =
  | Readonly<{ status: 'unknown' }>
  | Readonly<{ status: 'deleted' }>
  | ActiveRule
  | (Registered & Readonly<{ status: 'paused' }>);

type Existing = Registered & Readonly<{ status: 'active' | 'paused' }>;

export const refuse = refusing(contract);

/** @throws DomainError `trigger.not_found`, `trigger.already_deleted` */
export function existing(rule: TriggerRule): Existing {
  if (rule.status === 'unknown') throw refuse('not_found', 'trigger not found', 'trigger_id');
  if (rule.status === 'deleted') throw refuse('already_deleted', 'the trigger was deleted');
  return rule;
}
