import { describeWithAgent, eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bash, messagesOf, parserOf, reportOf, useClaude } from '../../test/claude.fixture';
import { listen, toTheEnd } from '../../test/session.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import { deferred } from '../session/deferred';

describeWithAgent('claude', 'a conversation with Claude Code', () => {
  const { models, socket, answer, start } = useClaude(useDirectory());

  it('takes messages while it works, and ends when all are answered', async () => {
    const inWorkspace = 'until [ -e go ]; do sleep 0.1; done';
    answer({ tools: [bash(inWorkspace)] }, { text: 'Both done.' });

    const run = await start();
    const { lines, drained } = listen(run);
    await eventually(() => socket.questions.length === 1);
    const id = run.input?.inject('And another thing');
    await eventually(() => messagesOf(lines).some(({ command_uuid: queued }) => queued === id));
    writeFileSync(join(run.directory, 'go'), '');
    await run.finished;
    await drained;

    const said = messagesOf(lines);
    expect(said.find(({ uuid }) => uuid === id)).toMatchObject({ type: 'user', isReplay: true });
    expect(said.filter(({ type }) => type === 'result')).toMatchObject([
      { is_error: false, user_message_uuids: [expect.any(String), id] },
    ]);
    expect(models().requests.at(-1)?.text).toContain('And another thing');
    expect(() => run.input?.inject('Too late')).toThrow('the agent has done its work');
  });

  it('keeps its input open while a message waits for another turn', async () => {
    const { promise: until, resolve: goOn } = deferred<undefined>();
    answer(
      { text: 'The first is done.', until },
      { tools: [bash('until [ -e go ]; do sleep 0.1; done')] },
      { text: 'All done.' },
    );

    const run = await start();
    const { lines, drained } = listen(run);
    await eventually(() => models().requests.length === 1);
    const second = run.input?.inject('The second');
    await eventually(() => messagesOf(lines).some(({ command_uuid: queued }) => queued === second));
    goOn(undefined);
    await eventually(() => socket.questions.length === 1);
    const third = run.input?.inject('The third');
    await eventually(() => messagesOf(lines).some(({ command_uuid: queued }) => queued === third));
    writeFileSync(join(run.directory, 'go'), '');

    expect((await run.finished).outcome).toBe('completed');
    await drained;
    const results = messagesOf(lines).filter(({ type }) => type === 'result');
    expect(results).toMatchObject([{ is_error: false }, { user_message_uuids: [second, third] }]);
  });

  it('ends a turn when it is interrupted, and goes on with the messages that wait', async () => {
    answer({ tools: [bash('while true; do sleep 0.1; done')] }, { text: 'Something else.' });

    const run = await start();
    const { lines, drained } = listen(run);
    await eventually(() => socket.questions.length === 1);
    run.input?.inject('Do something else');
    await expect(run.input?.interrupt()).resolves.toBe(true);
    const finished = await run.finished;
    await drained;

    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    const results = messagesOf(lines).filter(({ type }) => type === 'result');
    expect(results).toMatchObject([{ is_error: true, terminal_reason: 'aborted_tools' }, { is_error: false }]);
    expect(reportOf(lines)?.outcome).toMatchObject({ isError: false });
  });

  it('is resumed with its conversation after it was parked in a model call, and its cost is that of all calls', async () => {
    const usage = { inputTokens: 100_000, outputTokens: 1_000 };
    const never = new Promise(() => undefined);
    answer(
      { tools: [bash('echo once >> artifacts/output/times')], usage },
      { text: '-', until: never },
      { text: 'Done.', usage },
    );

    const sessionId = randomUUID();
    const first = await start({ sessionId });
    const parked = toTheEnd(first);
    await eventually(() => models().requests.length === 2);
    first.park();
    const { finished, lines } = await parked;
    expect(finished.outcome).toBe('parked');
    await first.spool.close();

    const second = await start({ sessionId, leg: 2 });
    const resumed = await toTheEnd(second);
    expect(resumed.finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(readFileSync(second.artifacts.files[0]?.absolutePath ?? '', 'utf8')).toBe('once\n');
    const request = models().requests.at(-1);
    expect(JSON.stringify(request?.body)).toContain('You were paused');
    expect(JSON.stringify(request?.body.messages)).toContain('Do your work');

    const parser = parserOf([...lines.filter(({ leg }) => leg === 1), ...resumed.lines.filter(({ leg }) => leg === 2)]);
    // The provider had begun to answer the call that was given up, and has claimed 1,000 and 1 tokens of it.
    const answered = models().requests.filter(({ end }) => end === 'answered');
    expect(answered).toHaveLength(2);
    expect(parser.usage).toMatchObject({
      byModel: { 'claude-opus-5-5': { inputTokens: 201_000, outputTokens: 2_001 } },
      costUsd: '0.84402',
      costComplete: true,
    });
  });

  it('begins anew when it was parked before it had a conversation', async () => {
    answer({ text: 'Done.' });
    const sessionId = randomUUID();

    const { finished } = await toTheEnd(await start({ sessionId, leg: 2 }));

    expect(finished.outcome).toBe('completed');
    expect(models().requests[0]?.text).toContain('Do your work');
  });
});
