import type { Immutable } from '@syntropic/kernel';
import type { Condition } from './condition';
import { holds, valueAt } from './payload';
import type { RecordedConfig } from './trigger-rule.contract';

/** Of a rule, what a delivery is compared with. Rules of older builds say nothing about senders. */
export type MatchedRule = Immutable<{
  event: string;
  conditions: Condition[];
  config: Pick<RecordedConfig, 'allowBots' | 'allowedSenders'>;
}>;

/** How a delivery compares with a rule. It matches when everything holds. */
export type Match = Readonly<{
  event: boolean;
  sender: boolean;
  conditions: readonly Readonly<{ condition: Immutable<Condition>; found: unknown; holds: boolean }>[];
}>;

/** Events that tell what machines have done, whoever is named as their sender. */
const BY_MACHINES = ['check_run', 'check_suite', 'workflow_run', 'workflow_job', 'status', 'deployment_status'];

/** @param event the type of the delivery, with its action: `check_run.completed` */
// A rule without an action is for all actions of its type.
export const matchOf = (rule: MatchedRule, event: string, payload: unknown): Match => ({
  event: rule.event === event || event.startsWith(`${rule.event}.`),
  sender: isSenderAllowed(rule.config, event, payload),
  conditions: rule.conditions.map((condition) => {
    const found = valueAt(payload, condition.field);
    return { condition, found, holds: holds(condition, found) };
  }),
});

export const isMatch = ({ event, sender, conditions }: Match): boolean =>
  event && sender && conditions.every((condition) => condition.holds);

/** What a bot writes starts nothing unless the rule allows it: the bot may be the one that the rule has set to work. */
function isSenderAllowed(
  { allowBots = false, allowedSenders = [] }: MatchedRule['config'],
  event: string,
  payload: unknown,
): boolean {
  const login = valueAt(payload, 'sender.login');
  if (allowedSenders.length > 0) return typeof login === 'string' && isNamed(allowedSenders, login);
  const isBot = valueAt(payload, 'sender.type') === 'Bot';
  return !isBot || allowBots || BY_MACHINES.includes(event.split('.')[0] ?? '');
}

/** GitHub does not tell logins apart by case. */
const isNamed = (logins: readonly string[], login: string): boolean =>
  logins.some((one) => one.toLowerCase() === login.toLowerCase());
