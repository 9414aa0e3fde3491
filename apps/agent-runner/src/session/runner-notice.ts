/** A line of output in which the runner itself warns. */
export const runnerNotice = (message: string): string =>
  JSON.stringify({ event_type: 'system_notification', context: { level: 'warning', message } });
