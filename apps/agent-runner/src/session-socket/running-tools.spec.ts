import { RunningTools } from './running-tools';

describe('the running tools of a session', () => {
  const tools = new RunningTools();

  it('are those that were let go, but not those that start sub-agents', () => {
    expect(tools.areAsked).toBe(false);
    tools.asked();
    tools.begin({ id: 'own', name: 'Bash', agentId: undefined });
    tools.begin({ id: 'launch', name: 'Agent', agentId: undefined });
    for (const id of ['a1', 'a2']) tools.begin({ id, name: 'Read', agentId: 'a' });
    tools.begin({ id: 'b1', name: 'Read', agentId: 'b' });

    expect([tools.areAsked, tools.ids]).toEqual([true, ['own', 'a1', 'a2', 'b1']]);
  });

  it('end one by one, or with what their sub-agent does next', () => {
    tools.endedIn('a');
    tools.endedIn(undefined);
    expect(tools.ids).toEqual(['own', 'b1']);
    tools.ended('own');
    expect(tools.size).toBe(1);
  });
});
