import { describeWithAgent } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bash, messagesOf, useClaude } from '../../test/claude.fixture';
import { toTheEnd } from '../../test/session.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import { packFiles } from '../session';

const never = new AbortController().signal;

describeWithAgent('claude', 'a fork of a conversation with Claude Code', () => {
  const directory = useDirectory();
  const { models, answer, start } = useClaude(directory);
  const historyOf = (request: ReturnType<typeof models>['requests'][number] | undefined) =>
    JSON.stringify(request?.body['messages']);

  /** A session that has used one tool, and then two at once. */
  async function kept() {
    answer(
      { text: 'First.', tools: [bash('echo one >> artifacts/output/log')] },
      { text: 'Second.', tools: [bash('echo two >> artifacts/output/log', 'a'), bash('echo three > three', 'b')] },
      { text: 'All is done.' },
    );
    const sessionId = randomUUID();
    const run = await start({ sessionId });
    const { lines } = await toTheEnd(run);
    const archive = join(directory.path, `${sessionId}.tar.gz`);
    await packFiles(run, archive, never);
    const results = messagesOf(lines).filter(({ type, uuid }) => type === 'user' && uuid !== undefined);
    models().clear();
    return { sessionId, archive, ends: results.slice(1).map(({ uuid }) => uuid) };
  }

  it('goes on behind the tools of an answer, with all files, and leaves the source as it is', async () => {
    const { sessionId, archive, ends } = await kept();
    answer({ tools: [bash('cat three >> artifacts/output/log')] }, { text: 'Another end.' });

    const id = randomUUID();
    const fork = { sessionId, entryId: ends.at(-1) };
    const run = await start({ sessionId: id, fork, archive, promptTemplate: 'Do it in another way' });
    const { finished, lines } = await toTheEnd(run);

    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(messagesOf(lines).find(({ subtype }) => subtype === 'init')).toMatchObject({ session_id: id });
    const history = historyOf(models().requests[0]);
    for (const kept of ['Do your work', 'First.', 'Second.', 'Do it in another way']) expect(history).toContain(kept);
    expect(history).toContain('The files are as they were at its former end');
    expect(history).not.toContain('All is done.');
    expect(history).not.toContain('missing due to internal error');
    expect(readFileSync(run.artifacts.files[0]?.absolutePath ?? '', 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('goes on behind an earlier tool, and behind the end', async () => {
    const { sessionId, archive, ends } = await kept();
    answer({ text: 'A.' });
    await toTheEnd(await start({ fork: { sessionId, entryId: ends[0] }, archive, promptTemplate: 'Otherwise' }));
    expect(historyOf(models().requests[0])).toContain('First.');
    expect(historyOf(models().requests[0])).not.toContain('Second.');

    models().clear();
    answer({ text: 'B.' });
    await toTheEnd(await start({ fork: { sessionId }, archive, promptTemplate: 'And further' }));
    const history = historyOf(models().requests[0]);
    expect(history).toContain('All is done.');
    expect(history).not.toContain('The files are as they were');
  });

  it('is refused without the conversation', async () => {
    const { archive } = await kept();
    const other = { sessionId: randomUUID() };
    await expect(start({ fork: other, archive })).rejects.toMatchObject({ code: 'session.conversation_missing' });
  });

  it('is refused with an archive that is broken', async () => {
    const { sessionId } = await kept();
    await expect(start({ fork: { sessionId }, archive: __filename })).rejects.toMatchObject({
      code: 'session.archive_broken',
    });
  });
});
