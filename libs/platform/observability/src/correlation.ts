import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** Everything `work` logs, however deep, says that it belongs together. */
export const withCorrelation = <Result>(correlationId: string, work: () => Result): Result =>
  current.run(correlationId, work);

export const correlationId = (): string | undefined => current.getStore();
