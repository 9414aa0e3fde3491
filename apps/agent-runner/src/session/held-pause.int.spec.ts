import { eventually, gate, useModels, type ModelAnswer } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callingAgent } from '../../test/calling-agent.fixture';
import { command, listen, useSessions } from '../../test/session.fixture';
import { socketsWith, upstream } from '../../test/socket.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { SandboxBackend } from '../workspaces';

const FREE: ModelAnswer = { text: 'Go on' };

describeWithBubblewrap('a pause of an agent that calls models through the runner', () => {
  const models = useModels();
  const directory = useDirectory();
  const start = useSessions(new SandboxBackend(), directory);
  const startAgent = (conversation: Parameters<typeof callingAgent>[0], sessionId: string = randomUUID()) =>
    start({
      agent: { ...command('true'), provider: 'command', output: 'claude-stream-json' },
      provider: callingAgent(conversation),
      sockets: socketsWith({ upstreams: [upstream('anthropic', models().url)] }),
      sessionId,
    });
  beforeEach(() => {
    models().clear();
  });
  const asked = () => models().requests.map(({ text }) => text);

  it('waits for the call in flight, and lets neither a tool nor a call begin', async () => {
    const { open, opened } = gate();
    models().answer(({ text }) => (text === 'turn 2' ? { ...FREE, until: opened } : FREE));
    const run = await startAgent({ turns: 3 });
    const { lines, drained } = listen(run);
    await eventually(() => asked().includes('turn 2'));

    let yieldPoint: string | undefined;
    const paused = run.requestPause().then((reached) => (yieldPoint = reached));
    expect(yieldPoint).toBeUndefined();
    open();
    await paused;
    expect(yieldPoint).toBe('after_model');
    expect(asked()).toEqual(['turn 1', 'turn 2']);
    const before = lines.length;

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(asked()).toEqual(['turn 1', 'turn 2', 'turn 3']);
    expect(lines.length).toBeGreaterThan(before);
    expect(lines.filter(({ text }) => text.includes('"model_call"'))).toHaveLength(3);
  });

  it('waits for the tool that runs, and holds the call behind it', async () => {
    models().answer(() => FREE);
    const sessionId = randomUUID();
    const inside = '/workspace/tool-';
    const run = await startAgent({ turns: 2, toolsWaitFor: inside }, sessionId);
    const { drained } = listen(run);
    // Its hook has asked before: a tool that still asks would be held.
    await eventually(() => existsSync(join(run.directory, 'tool-1-begun')));
    const paused = run.requestPause();

    const tool = (turn: number) => {
      writeFileSync(join(run.directory, `tool-${turn}`), '');
    };
    tool(1);
    await expect(paused).resolves.toBe('after_tool');
    expect(asked()).toEqual(['turn 1']);

    tool(2);
    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(asked()).toEqual(['turn 1', 'turn 2']);
  });

  it('holds the calls of sub-agents, whose tool runs on', async () => {
    const { open, opened } = gate();
    models().answer(({ text }) => (text === 'part 1 of turn 1' ? { ...FREE, until: opened } : FREE));
    const run = await startAgent({ turns: 1, delegates: true });
    const { lines, drained } = listen(run);
    await eventually(() => asked().length === 2);
    const paused = run.requestPause();
    open();
    await expect(paused).resolves.toBe('after_tool');
    expect(asked()).toEqual(['turn 1', 'part 1 of turn 1']);
    await run.resume();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(asked()).toEqual(['turn 1', 'part 1 of turn 1', 'part 2 of turn 1']);
    const calls = lines
      .filter(({ text }) => text.includes('"model_call"'))
      .map(({ text }) => JSON.parse(text) as object);
    const ofAgent = { context: { agent_id: 'agent-1' } };
    expect(calls).toMatchObject([{ context: { upstream: 'anthropic' } }, ofAgent, ofAgent]);
  });

  it('discards the held call of an agent that is cancelled', async () => {
    const { open, opened } = gate();
    models().answer(() => ({ ...FREE, until: opened }));
    const run = await startAgent({ turns: 2 });
    const { drained } = listen(run);
    await eventually(() => asked().length === 1);
    const paused = run.requestPause();
    open();
    await paused;
    run.cancel();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'cancelled' });
    await drained;
    expect(asked()).toEqual(['turn 1']);
  });

  it('is one of doubt about the lease too: no call goes out until it is confirmed', async () => {
    const { open, opened } = gate();
    models().answer(() => ({ ...FREE, until: opened }));
    const run = await startAgent({ turns: 2 });
    const { drained } = listen(run);
    await eventually(() => asked().length === 1);
    await run.suspend();
    open();
    await eventually(() => models().requests[0]?.end === 'answered');
    expect(asked()).toEqual(['turn 1']);
    await run.unsuspend();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(asked()).toEqual(['turn 1', 'turn 2']);
  });

  it('leaves no socket behind', async () => {
    models().answer(() => FREE);
    const sessionId = randomUUID();
    const run = await startAgent({ turns: 1 }, sessionId);
    const { drained } = listen(run);
    await run.finished;
    await drained;
    expect(existsSync(join(directory.path, sessionId, 'runner.sock'))).toBe(false);
  });
});
