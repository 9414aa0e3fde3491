import type { ProblemKinds } from '../problem-kind';

/** Problems of commands and queries in every context, and of the servers behind them. */
export const platformCodes = {
  'command.invalid': { status: 422, title: 'The command has faults' },
  'command.unknown': { status: 422, title: 'The command is unknown' },
  'command.too_large': { status: 413, title: 'The command is too large' },
  'command.id_reused': { status: 409, title: 'The idempotency key was used for another request' },
  'command.overloaded': { status: 503, title: 'Too many requests are waiting: nothing was done' },
  'command.outcome_unknown': { status: 503, title: 'No answer in time: send the same request again' },
  'event.too_large': { status: 413, title: 'The data is too large to be recorded' },
  'event.not_storable': { status: 422, title: 'The data holds what cannot be stored' },
  'read_model.behind': { status: 503, title: 'The answer is not up to date yet' },
  'store.unavailable': { status: 503, title: 'The store does not answer' },
  'artifact.bytes_unavailable': { status: 503, title: 'The storage of artifacts does not answer' },
  'internal.fault': { status: 500, title: 'Internal fault' },
} as const satisfies ProblemKinds;
