/** After these nothing of the execution happens any more; an interruption may be followed by a retry. */
export const TERMINAL_EVENTS: readonly string[] = ['ExecutionCompleted', 'ExecutionFailed', 'ExecutionCancelled'];
