import { changedConfig, triggerRule as contract, type TriggerEvent } from '@syntropic/github/contracts';
import {
  aggregate,
  byHandler,
  repositoryKey,
  triggersOfRepository,
  triggersOfWorkflow,
  type Reservation,
} from '@syntropic/kernel';
import { dispatchTrigger, fireTrigger } from './trigger-firing';
import { afterFiring, NO_FIRINGS } from './trigger-firings';
import { deleteTrigger, pauseTrigger, registerTrigger, resumeTrigger, updateTrigger } from './trigger-registration';
import { existing, type TriggerRule as State } from './trigger-state';

/** A rule that starts executions of a workflow for deliveries of a repository. */
export type TriggerRule = State;

function evolve(rule: TriggerRule, event: TriggerEvent): TriggerRule {
  switch (event.type) {
    case 'TriggerRegistered':
      return { status: 'active', ...event.data, firings: NO_FIRINGS };
    case 'TriggerUpdated': {
      const before = existing(rule);
      const { name = before.name, conditions = before.conditions, inputMapping = before.inputMapping } = event.data;
      const config = changedConfig(before.config, event.data.config);
      return { ...before, name, conditions, inputMapping, config };
    }
    case 'TriggerPaused':
      return { ...existing(rule), status: 'paused' };
    case 'TriggerResumed':
      return { ...existing(rule), status: 'active' };
    case 'TriggerDeleted':
      return { status: 'deleted' };
    case 'TriggerFired':
    case 'TriggerBlocked':
    case 'TriggerDeferred':
    case 'TriggerDispatchCompleted':
    case 'TriggerDispatchFailed':
      // What a rule has started is told after its deletion as well.
      return rule.status === 'deleted'
        ? rule
        : { ...existing(rule), firings: afterFiring(existing(rule).firings, event) };
  }
}

/** An active rule is claimed for its workflow and its repository, and a preset once in a repository. */
function reserves({ type, data }: TriggerEvent): readonly Reservation[] {
  switch (type) {
    case 'TriggerRegistered': {
      const preset = presetClaim(data).map((claim) => ({
        claim,
        refusal: { code: 'trigger.already_exists', message: `${data.repository} has this preset already` },
      }));
      return [...preset, ...activeClaims(data).map((claim) => ({ claim }))];
    }
    case 'TriggerResumed':
      return activeClaims(data).map((claim) => ({ claim }));
    case 'TriggerPaused':
      return activeClaims(data).map((release) => ({ release }));
    case 'TriggerDeleted':
      return [...presetClaim(data), ...activeClaims(data)].map((release) => ({ release }));
    case 'TriggerUpdated':
    case 'TriggerFired':
    case 'TriggerBlocked':
    case 'TriggerDeferred':
    case 'TriggerDispatchCompleted':
    case 'TriggerDispatchFailed':
      return [];
  }
}

type Claimed = Readonly<{ triggerId: string; repository: string; workflowId: string; preset?: string | undefined }>;

const activeClaims = ({ triggerId, repository, workflowId }: Claimed) =>
  [triggersOfWorkflow(workflowId), triggersOfRepository(repository)].map((scope) => ({ scope, key: triggerId }));

const presetClaim = ({ repository, preset }: Claimed) =>
  preset === undefined ? [] : [{ scope: `trigger-presets/${repositoryKey('github', repository)}`, key: preset }];

export const TriggerRule = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  reserves,
  decisions: {
    registerTrigger: byHandler(registerTrigger),
    updateTrigger,
    pauseTrigger,
    resumeTrigger: byHandler(resumeTrigger),
    deleteTrigger,
    fireTrigger: byHandler(fireTrigger),
    dispatchTrigger: byHandler(dispatchTrigger),
  },
});
