import type { MessageOutline } from './message-outline';

/** The time at which the limit resets that refuses the agent's calls, in milliseconds since the epoch; undefined while they go on. */
export function toldLimit({ type, rate_limit_info: limit }: MessageOutline): number | undefined {
  if (type !== 'rate_limit_event' || limit?.status !== 'rejected') return undefined;
  const goesOn = limit.isUsingOverage === true || limit.overageStatus?.startsWith('allowed') === true;
  return goesOn || limit.resetsAt === undefined ? undefined : limit.resetsAt * 1_000;
}
