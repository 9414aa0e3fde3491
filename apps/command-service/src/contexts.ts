/** Which bounded context an aggregate's stream belongs to: the first token of its events' subjects. */
const CONTEXTS: Readonly<Record<string, string>> = {
  workflow: 'orchestration',
  execution: 'orchestration',
  workspace: 'orchestration',
  session: 'agent-sessions',
  artifact: 'artifacts',
};

export function contextOf(aggregate: string): string {
  const context = CONTEXTS[aggregate];
  if (!context) throw new Error(`no context is known to have the aggregate ${aggregate}`);
  return context;
}
