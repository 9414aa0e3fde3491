/** The scope in which every execution of this workflow that has not ended is claimed. */
export const runningScope = (workflowId: string): string => `running/${workflowId}`;
