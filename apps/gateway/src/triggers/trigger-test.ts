import { factsOf, inputsFrom, isMatch, matchOf, valueAt } from '@syntropic/github/contracts';
import type { TriggerRow } from '@syntropic/github/read-model';
import { shortText } from '@syntropic/kernel';
import type { z } from 'zod';
import type { TestTriggerRequest, TriggerTest } from './triggers.dto';

/** The most bytes that are shown of what a condition has found. */
const FOUND_BYTES = 1_024;

/** How a payload compares with a rule, by the same functions that decide about deliveries. */
export function triggerTest(
  { trigger_id, status, repository, event: expected, definition }: TriggerRow,
  { event, payload }: z.output<typeof TestTriggerRequest>,
): z.input<typeof TriggerTest> {
  const match = matchOf({ event: expected, ...definition }, event, payload);
  const { prNumber = null } = factsOf(payload);
  const of = valueAt(payload, 'repository.full_name');
  const isOfRepository = typeof of === 'string' && of.toLowerCase() === repository.toLowerCase();
  return {
    trigger_id,
    status,
    matches: isOfRepository && isMatch(match),
    event_matches: match.event,
    repository_matches: isOfRepository,
    sender_allowed: match.sender,
    conditions: match.conditions.map(({ condition: { field, operator, value = null }, found, holds }) => ({
      field,
      operator,
      value: typeof value === 'object' && value !== null ? [...value] : value,
      found: shown(found),
      holds,
    })),
    inputs: inputsFrom(definition.inputMapping, payload),
    pr_number: prNumber,
  };
}

function shown(found: unknown): string | null {
  if (found === undefined || found === null) return null;
  return shortText(typeof found === 'string' ? found : JSON.stringify(found), FOUND_BYTES);
}
