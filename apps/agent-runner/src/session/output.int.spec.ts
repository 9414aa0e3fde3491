import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { command, listen, toTheEnd, useSessions } from '../../test/session.fixture';
import { SandboxBackend } from '../workspaces';
import { eventually } from '@syntropic/testing';

describeWithBubblewrap('the output of an agent', () => {
  const start = useSessions(new SandboxBackend(), useDirectory());
  const shell = (script: string) => command('sh', '-c', script);
  const noticesIn = (lines: readonly { stream: string; text: string }[]) =>
    lines.flatMap(({ stream, text }) => (stream === 'runner' ? [text] : []));

  it('keeps its shape', async () => {
    const { texts } = await toTheEnd(await start({ agent: shell(`printf '    four\\n\\npad  \\n\\tend'`) }));

    expect(texts).toEqual(['    four', '', 'pad  ', '\tend']);
  });

  it('is kept up to its budget of lines; the rest is counted, and two rows say so', async () => {
    const output = { bytes: 1e9, lines: 100 };
    const { finished, lines } = await toTheEnd(await start({ agent: shell('seq 150 | sed s/9/99/'), output }));

    expect(finished.outcome).toBe('completed');
    expect(lines.filter(({ stream }) => stream === 'stdout')).toHaveLength(100);
    expect(noticesIn(lines)).toEqual([
      expect.stringContaining('the output exceeds 100 lines') as string,
      expect.stringMatching(/50 lines \(\d+ bytes\) of the output were counted and not stored/) as string,
    ]);
  });

  it('is kept up to its budget of bytes, verdicts beyond it too', async () => {
    const output = { bytes: 10_000, lines: 1e6 };
    const verdict = '{"type":"result","subtype":"success"}';
    const { lines } = await toTheEnd(await start({ agent: shell(`seq 10000; echo '${verdict}'`), output }));

    expect(lines.at(-2)?.text).toBe(verdict);
    expect(lines.length).toBeLessThan(200);
    expect(noticesIn(lines)).toHaveLength(2);
  });

  it('in a flood is joined to few records', async () => {
    const { lines } = await toTheEnd(await start({ agent: shell('seq 400000') }));

    expect(lines.length).toBeLessThan(60_000);
    expect(lines.map(({ text }) => text).join('\n')).toBe(Array.from({ length: 400_000 }, (_, n) => n + 1).join('\n'));
  });

  it('has long lines in parts, and says where a line was cut', async () => {
    const agent = shell('head -c 9000000 /dev/zero | tr "\\0" x; echo; echo after');
    const { lines } = await toTheEnd(await start({ agent }));

    const long = lines.slice(0, lines.findIndex(({ more }) => !more) + 1);
    expect(long.map(({ text }) => text).join('')).toBe('x'.repeat(8 * 1024 * 1024));
    expect(lines.slice(long.length).map(({ text }) => text)).toEqual([
      expect.stringContaining(`a line was cut after ${8 * 1024 * 1024} bytes: ${9_000_000 - 8 * 1024 * 1024} bytes`),
      'after',
    ]);
  });

  it('has no credentials of known shapes, also where a long line is parted', async () => {
    const token = `ghp_${'aB3dE5fG7h'.repeat(4)}`;
    const filler = `${'x'.repeat(40_000)} `;
    const agent = shell(
      `echo "token ${token}"; echo "err ${token}" >&2; i=0; while [ $i -lt 9 ]; do printf '%s' "${filler}${token} "; i=$((i+1)); done`,
    );
    const { lines } = await toTheEnd(await start({ agent }));

    const text = lines.map((line) => line.text).join('');
    expect(text).not.toContain('aB3dE5fG7h');
    expect(text.match(/\[github token\]/g)).toHaveLength(11);
    expect(lines.some(({ more }) => more)).toBe(true);
  });

  it('has no private key, printed line by line on both streams and across a part of a long line', async () => {
    const body = Array.from({ length: 5 }, (_, n) => `${n}${'aB3dE5fG7h'.repeat(7).slice(1, 64)}`);
    const key = ['-----BEGIN RSA PRIVATE KEY-----', ...body, '-----END RSA PRIVATE KEY-----'];
    const printed = key.map((line) => `echo "${line}"; echo "${line}" >&2`).join('; ');
    // The first line of a key begins where a part would end.
    const long = `printf '%s' "${'x'.repeat(65_510)} -----BEGIN RSA PRIVATE KEY-----${body.join('')}"`;
    const { lines } = await toTheEnd(await start({ agent: shell(`${printed}; echo done; ${long}`) }));

    const text = lines.map((line) => line.text).join('\n');
    expect(text).not.toContain('aB3dE5fG7h');
    expect(text).toContain('done');
    expect(text.match(/\[private key\]/g)?.length).toBeGreaterThan(12);
  });

  it('waits while too much of it is not stored, until the session is stopped', async () => {
    const run = await start({
      agent: shell(`while :; do echo '{"n":1}'; done`),
      graces: { interruptMs: 0, terminateMs: 0 },
    });
    await eventually(() => run.spool.last > 50_000);
    const waiting = run.spool.last;
    // A turn of the event loop reads what the agent has printed.
    for (let turns = 0; turns < 100; turns++) await new Promise(setImmediate);
    expect(run.spool.last).toBe(waiting);

    run.abandon();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'abandoned' });
    const { drained } = listen(run);
    await drained;
  });
});
