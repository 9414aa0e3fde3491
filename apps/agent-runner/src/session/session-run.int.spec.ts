import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { command, listen, toTheEnd, useSessions } from '../../test/session.fixture';
import { SandboxBackend } from '../workspaces';

describeWithBubblewrap('a session', () => {
  const directory = useDirectory();
  const start = useSessions(new SandboxBackend(), directory);
  const shell = (script: string) => command('sh', '-c', script);

  it('runs its program on the rendered prompt and keeps every line, numbered', async () => {
    const run = await start({
      agent: shell('cat; echo; echo aside >&2; echo last'),
      promptTemplate: '{{workflow_id}}: $ARGUMENTS',
      prompt: { executionId: 'exec-1', workflowId: 'w', repositories: [], inputs: {}, phaseOutputs: {}, task: 'do it' },
    });
    const { finished, lines } = await toTheEnd(run);

    expect(finished).toEqual({ outcome: 'completed', exitCode: 0, signal: null, legEnd: 'exit' });
    expect(lines.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual(['w: do it', 'last']);
    expect(lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text)).toEqual(['aside']);
  });

  it('fails with the standard error of its program', async () => {
    const { finished } = await toTheEnd(await start({ agent: shell('echo no such thing >&2; exit 3') }));

    expect(finished).toEqual({
      outcome: 'failed',
      exitCode: 3,
      signal: null,
      legEnd: 'exit',
      error: 'the agent ended with exit code 3\nno such thing',
    });
  });

  it('fails when there is no such program', async () => {
    const { finished } = await toTheEnd(await start({ agent: command('/no/such/program') }));

    expect(finished).toMatchObject({ outcome: 'failed', error: expect.stringContaining('/no/such/program') as string });
  });

  it('brings files of earlier phases in and its own out, byte by byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const run = await start({
      agent: shell('mkdir artifacts/output/deep && cp artifacts/input/plan/raw.bin artifacts/output/deep/copy.bin'),
      inputs: [{ phaseId: 'plan', path: 'raw.bin', open: () => Promise.resolve(Readable.from([bytes])) }],
    });
    await toTheEnd(run);

    const { files, leftOut } = run.artifacts;
    expect(leftOut).toEqual([]);
    expect(files).toMatchObject([{ path: 'deep/copy.bin', seen: { sizeBytes: 256 } }]);
    expect(readFileSync(files[0]?.absolutePath ?? '').equals(bytes)).toBe(true);
  });

  it('reports in its own output the files that were left out of its artifacts', async () => {
    const run = await start({ agent: shell('cd artifacts/output && echo kept > kept && ln -s /etc/hostname name') });
    const { lines } = await toTheEnd(run);

    expect(run.artifacts.files.map(({ path }) => path)).toEqual(['kept']);
    expect(lines).toEqual([
      expect.objectContaining({
        stream: 'runner',
        text: expect.stringMatching(
          /system_notification.*left out of the artifacts: name \(it is no file, or a link/,
        ) as string,
      }),
    ]);
  });

  it('ends at once on SIGINT if its program does', async () => {
    const run = await start({ agent: shell('echo ready; exec sleep 60') });
    const { lines } = listen(run);
    await eventually(() => lines.length > 0);

    run.cancel();

    await expect(run.finished).resolves.toEqual({
      outcome: 'cancelled',
      exitCode: null,
      signal: 'SIGINT',
      legEnd: 'INT',
    });
  });

  it('keeps the output that its program prints after a signal', async () => {
    const run = await start({
      agent: shell('trap "echo tidied; exit 0" TERM; trap "" INT; echo ready; while :; do sleep 0.01; done'),
      graces: { interruptMs: 200, terminateMs: 20_000 },
    });
    const { lines, drained } = listen(run);
    await eventually(() => lines.length > 0);

    run.cancel();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'cancelled', exitCode: 0, legEnd: 'TERM' });
    await drained;
    expect(lines.at(-1)?.text).toBe('tidied');
  });

  it('kills a program that ignores INT and TERM', async () => {
    const run = await start({
      agent: shell('trap "" INT TERM; echo ready; while :; do sleep 0.01; done'),
      graces: { interruptMs: 200, terminateMs: 200 },
    });
    const { lines } = listen(run);
    await eventually(() => lines.length > 0);

    run.cancel();

    await expect(run.finished).resolves.toEqual({
      outcome: 'cancelled',
      exitCode: null,
      signal: 'SIGKILL',
      legEnd: 'KILL',
    });
  });

  it('ends at its timeout', async () => {
    const { finished } = await toTheEnd(await start({ agent: shell('sleep 60'), timeoutMs: 2_000 }));

    expect(finished).toMatchObject({ outcome: 'timed_out', legEnd: 'INT', error: 'it took longer than 2 s' });
  });

  it('dies at once when its lease is lost, even frozen', async () => {
    const run = await start({ agent: shell('trap "" INT TERM; echo ready; while :; do sleep 0.01; done') });
    const { lines } = listen(run);
    await eventually(() => lines.length > 0);
    await run.suspend();

    run.abandon();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'abandoned', signal: 'SIGKILL', legEnd: 'KILL' });
  });

  it('continues in the kept directory and the same spool after it was parked', async () => {
    const sessionId = randomUUID();
    const agent = shell(
      'ls artifacts/output; echo $RANDOM > artifacts/output/note; echo ready; test -e go || { touch go; sleep 60; }',
    );
    const first = await start({ agent, sessionId });
    const { lines, drained } = listen(first);
    await eventually(() => lines.some(({ text }) => text === 'ready'));

    await first.requestPause();
    first.park();
    await expect(first.finished).resolves.toMatchObject({ outcome: 'parked' });
    await drained;

    const second = await toTheEnd(await start({ agent, sessionId, leg: 2 }));
    expect(second.finished.outcome).toBe('completed');
    expect(second.lines.map(({ line, leg, text }) => `${line} ${leg} ${text}`)).toEqual(['2 2 note', '3 2 ready']);
  });

  it('does not follow links of an earlier leg out of its workspace', async () => {
    const outside = join(directory.path, 'outside');
    mkdirSync(outside);
    const sessionId = randomUUID();
    const inputs = [{ phaseId: 'plan', path: 'note', open: () => Promise.resolve(Readable.from(['x'])) }];
    const trap = shell(`rm -rf artifacts/input/plan; ln -s ${outside} artifacts/input/plan; echo set`);

    await toTheEnd(await start({ agent: trap, sessionId, inputs }));
    const { texts } = await toTheEnd(
      await start({ agent: shell('readlink artifacts/input/plan'), sessionId, leg: 2, inputs }),
    );

    expect(texts).toEqual([outside]);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('refuses an input whose path leads out of artifacts/input', async () => {
    const input = { phaseId: 'plan', path: '../../../evil', open: () => Promise.resolve(Readable.from(['x'])) };

    await expect(start({ agent: shell('true'), inputs: [input] })).rejects.toMatchObject({
      code: 'artifact.path_invalid',
    });
  });
});
