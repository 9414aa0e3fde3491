import { describeWithAgent, eventually, gate } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { shows, tool, usePausedClaude, waitingTool } from '../../test/paused-claude.fixture';
import { useDirectory } from '../../test/workspace.fixture';

describeWithAgent('claude', 'a pause of Claude Code', () => {
  const { answer, answerBy, start, callsOf, otherWork } = usePausedClaude(useDirectory());
  const subagent = (isInBackground: boolean) => ({
    name: 'Agent',
    input: {
      description: 'a part',
      prompt: 'Do a part',
      subagent_type: 'general-purpose',
      run_in_background: isInBackground,
    },
  });

  it('keeps the first call, before the agent has done anything', async () => {
    answer({ text: 'Done.' });
    const { run, sessionId, drained } = await start();

    await expect(run.requestPause()).resolves.toBe('after_tool');
    await otherWork();
    expect(callsOf(sessionId)).toEqual([]);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(callsOf(sessionId)).toHaveLength(1);
  });

  it('waits for the call in flight, and keeps every tool that its answer orders', async () => {
    const { open, opened } = gate();
    answer({ tools: [tool('one'), tool('two')], until: opened }, { text: 'Done.' });
    const { run, sessionId, drained, ran } = await start();
    await eventually(() => callsOf(sessionId).length === 1);
    const paused = run.requestPause();
    open();

    await expect(paused).resolves.toBe('after_model');
    await otherWork();
    expect(ran()).toEqual([]);
    expect(callsOf(sessionId)).toHaveLength(1);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['one', 'two']);
    expect(callsOf(sessionId)).toHaveLength(2);
  });

  it('waits for the tool that runs, and keeps the tool whose turn is next', async () => {
    answer({ tools: [waitingTool('one'), tool('two')] }, { text: 'Done.' });
    const { run, sessionId, lines, drained, ran, begun, let: letTool } = await start();
    await eventually(() => begun('one'));
    await shows(lines, 'toolu_two');
    const paused = run.requestPause();
    letTool('one');

    await expect(paused).resolves.toBe('after_model');
    await otherWork();
    expect(ran()).toEqual(['one']);
    expect(callsOf(sessionId)).toHaveLength(1);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['one', 'two']);
    expect(callsOf(sessionId)).toHaveLength(2);
  });

  it('waits for the only tool, and keeps the call behind it', async () => {
    answer({ tools: [waitingTool('one')] }, { text: 'Done.' });
    const { run, sessionId, drained, ran, begun, let: letTool } = await start();
    await eventually(() => begun('one'));
    const paused = run.requestPause();
    letTool('one');

    await expect(paused).resolves.toBe('after_tool');
    await otherWork();
    expect(ran()).toEqual(['one']);
    expect(callsOf(sessionId)).toHaveLength(1);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['one']);
    expect(callsOf(sessionId)).toHaveLength(2);
  });

  it('keeps the tool of a sub-agent, whose calls are recorded as its own', async () => {
    const { open, opened } = gate();
    answerBy({
      main: [{ tools: [subagent(false)] }, { text: 'Done.' }],
      subagent: [{ tools: [tool('part')], until: opened }, { text: 'Part done.' }],
    });
    const { run, sessionId, lines, drained, ran } = await start();
    await eventually(() => callsOf(sessionId).length === 2);
    const paused = run.requestPause();
    open();

    await expect(paused).resolves.toBe('after_model');
    await otherWork();
    expect(ran()).toEqual([]);
    expect(callsOf(sessionId)).toHaveLength(2);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['part']);
    expect(callsOf(sessionId)).toHaveLength(4);
    const records = lines.filter(({ stream, text }) => stream === 'runner' && text.includes('"model_call"'));
    expect(records).toHaveLength(4);
    expect(records.filter(({ text }) => text.includes('"agent_id"'))).toHaveLength(2);
  });

  it('waits for the tools of an agent and of its sub-agent in the background, and keeps what follows both', async () => {
    answerBy({
      main: [{ tools: [subagent(true), waitingTool('own')] }, { text: 'Done.' }, { text: 'All done.' }],
      subagent: [{ tools: [waitingTool('part')] }, { text: 'Part done.' }],
    });
    const { run, sessionId, drained, ran, begun, let: letTool } = await start();
    await eventually(() => begun('own') && begun('part'));
    const paused = run.requestPause();
    letTool('own');
    await eventually(() => ran().includes('own'));
    letTool('part');

    await paused;
    await otherWork();
    expect(ran()).toEqual(['own', 'part']);
    expect(callsOf(sessionId)).toHaveLength(2);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['own', 'part']);
    expect(callsOf(sessionId)).toHaveLength(5);
  });

  it('keeps the tool of the sub-agent of a sub-agent, of which the output tells nothing', async () => {
    answerBy({
      main: [{ tools: [subagent(false)] }, { text: 'Done.' }],
      subagent: [{ tools: [subagent(false)] }, { text: 'Part done.' }],
      nested: [{ tools: [tool('first')] }, { tools: [waitingTool('second')] }, { text: 'Detail done.' }],
    });
    const { run, sessionId, drained, ran, begun, let: letTool } = await start();
    await eventually(() => begun('second'));
    const paused = run.requestPause();
    letTool('second');

    await paused;
    await otherWork();
    expect(ran()).toEqual(['first', 'second']);
    expect(callsOf(sessionId)).toHaveLength(4);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(callsOf(sessionId)).toHaveLength(7);
  });

  it('stops a shell in the background, for which the agent waits', async () => {
    answer({ tools: [waitingTool('shell', { run_in_background: true })] }, { text: 'Started.' }, { text: 'Done.' });
    const { run, sessionId, lines, drained, ran, begun, let: letTool } = await start();
    await eventually(() => begun('shell'));
    await shows(lines, '"type":"result"');

    await expect(run.requestPause()).resolves.toBe('after_model');
    letTool('shell');
    await otherWork();
    expect(ran()).toEqual([]);
    expect(callsOf(sessionId)).toHaveLength(2);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['shell']);
    expect(callsOf(sessionId)).toHaveLength(3);
  });

  it.each([
    ['a call', { answers: [{ tools: [tool('one')] }, { text: 'Done.' }], calls: 2, ran: ['one'] }],
    ['a tool', { answers: [{ tools: [tool('one')] }, { text: 'Not again.' }], calls: 2, ran: [] }],
  ])('is parked while it keeps %s, and goes on with its conversation', async (kept, expected) => {
    const { open, opened } = gate();
    const [first, ...rest] = expected.answers;
    answer(kept === 'a call' ? { tools: [waitingTool('one')] } : { ...first, until: opened }, ...rest);
    const sessionId = randomUUID();
    const parked = await start(sessionId);
    await eventually(() => (kept === 'a call' ? parked.begun('one') : callsOf(sessionId).length === 1));
    const paused = parked.run.requestPause();
    parked.let('one');
    open();
    await paused;
    parked.run.park();
    await expect(parked.run.finished).resolves.toMatchObject({ outcome: 'parked' });
    await parked.drained;
    await parked.run.spool.close();
    expect(callsOf(sessionId)).toHaveLength(1);

    const resumed = await start(sessionId, 2);
    await expect(resumed.run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await resumed.drained;
    expect(resumed.ran()).toEqual(expected.ran);
    expect(callsOf(sessionId)).toHaveLength(expected.calls);
    expect(JSON.stringify(callsOf(sessionId).at(-1)?.body.messages)).toContain('toolu_one');
  });
});
