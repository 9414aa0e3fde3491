import { CONTRACTS } from '@syntropic/catalogue/contracts';
import type { EventMessage } from '@syntropic/kernel';
import { secondsAfter, snakeCased, snakeCasingOf, type DomainItem } from '@syntropic/live';

const MESSAGES = CONTRACTS.flatMap(({ events }) => Object.values<EventMessage>(events));
const CASINGS = new Map(MESSAGES.map(({ type, schema }) => [type, snakeCasingOf(schema)]));

/**
 * Event data as the wire has it: field names in snake_case, told from keys of maps by the event's contract. An event that
 * schedules a retry also has its time.
 */
export function domainFrameData({ type, data, recordedAt }: Pick<DomainItem, 'type' | 'data' | 'recordedAt'>): object {
  // Events of newer writers have no contract here.
  const renamed = CASINGS.get(type) ?? snakeCased;
  const { retryInSeconds } = data;
  const retryAt = typeof retryInSeconds === 'number' && { retry_at: secondsAfter(recordedAt, retryInSeconds) };
  return { ...renamed(data), ...retryAt, recorded_at: recordedAt };
}
