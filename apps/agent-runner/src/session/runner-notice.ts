import { commentText } from '@syntropic/kernel';

/** A line of output in which the runner itself warns. */
export const runnerNotice = (message: string): string =>
  JSON.stringify({ event_type: 'system_notification', context: { level: 'warning', message: commentText(message) } });

/** A fact of telemetry that the runner itself has observed. */
export const runnerRecord = (type: string, context: object): string => JSON.stringify({ event_type: type, context });
