import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** All log lines of `work`, also of nested calls, carry this correlation id. */
export const withCorrelation = <Result>(correlationId: string, work: () => Result): Result =>
  current.run(correlationId, work);

export const correlationId = (): string | undefined => current.getStore();
