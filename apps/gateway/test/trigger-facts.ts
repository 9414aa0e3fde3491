export const config = { maxAttempts: 3, dailyLimit: 20, debounceSeconds: 0, cooldownSeconds: 300 };

/** A rule as it is registered, without its id. */
export const registration = {
  name: 'Heal',
  event: 'check_run.completed',
  repository: 'acme/api',
  workflowId: 'heal',
  conditions: [
    { field: 'check_run.conclusion', operator: 'in' as const, value: ['failure', 'timed_out'] },
    { field: 'check_run.pull_requests', operator: 'not_empty' as const },
  ],
  inputMapping: { branch: 'check_run.head' },
  config,
  installationId: '4711',
  createdBy: 'api',
};
