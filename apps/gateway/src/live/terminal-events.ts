/** The last events of an execution. An interruption is not among them: a retry may follow. */
export const TERMINAL_EVENTS: readonly string[] = ['ExecutionCompleted', 'ExecutionFailed', 'ExecutionCancelled'];
