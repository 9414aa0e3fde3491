import type { ProblemKinds } from '../problem-kind';

/** Deliveries of webhooks that cannot be shown to come from GitHub. */
export const webhookCodes = {
  'webhook.not_configured': { status: 401, title: 'No secret of the webhook is configured' },
  'webhook.signature_missing': { status: 401, title: 'The delivery has no signature' },
  'webhook.signature_wrong': { status: 401, title: 'The signature is not that of the body' },
  'installation.not_found': { status: 404, title: 'There is no such active installation' },
} as const satisfies ProblemKinds;
