import { eventually } from '@syntropic/testing';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { run, shell, type useWorkspaces } from './workspace.fixture';

type Open = ReturnType<typeof useWorkspaces>;

/** Input, output and command lines of programs, to the byte. */
export function carriesBytes(open: Open): void {
  it('write bytes, which arrive as they are', async () => {
    const script = 'head -c 5000000 /dev/urandom > bytes; sha256sum < bytes; cat bytes >&2';
    const agent = (await open()).spawn(shell(script), { stdin: '', env: {} });

    const [printed, digest] = await Promise.all([text(agent.stdout), digestOf(agent.stderr)]);

    expect(printed).toBe(`${digest}  -\n`);
  });

  it('take input that no shell and no address could carry', async () => {
    const stdin = `${'0'.repeat(1024 ** 2)}\u0000ü\r\n`;

    const { stdout } = await run(await open(), shell('cat'), stdin);

    expect(stdout === stdin).toBe(true);
  });

  it('are refused with a NUL byte in their command line', async () => {
    const workspace = await open();

    expect(() => workspace.spawn(['echo', 'a\0b'], { stdin: '', env: {} })).toThrow('NUL byte');
  });
}

/** Programs that stand still, and what reaches them then. */
export function freezes(open: Open): void {
  it('stops every process until it is thawed', async () => {
    const workspace = await open();
    const agent = workspace.spawn(shell('while read word; do echo "$word"; done'), {
      stdin: 'before\n',
      keepsStdinOpen: true,
      env: {},
    });
    const lines = linesOf(agent.stdout);
    await eventually(() => lines.includes('before'));

    await workspace.freeze();
    agent.stdin.write('frozen\n');
    // A program of another workspace is through its whole life meanwhile.
    await run(await open(), shell('true'));
    expect(lines).toEqual(['before']);

    await workspace.thaw();
    await eventually(() => lines.includes('frozen'));
    agent.stdin.end();
    await agent.exit;
  });

  it('hands a frozen program its signal when it is thawed', async () => {
    const workspace = await open();
    const agent = workspace.spawn(shell('trap "echo told; exit 3" TERM; echo ready; while :; do sleep 0.02; done'), {
      stdin: '',
      env: {},
    });
    const lines = linesOf(agent.stdout);
    await eventually(() => lines.includes('ready'));

    await workspace.freeze();
    await workspace.signal('SIGTERM');
    // A whole life of another program passes.
    await run(await open(), ['true']);
    expect(lines).toEqual(['ready']);
    await workspace.thaw();

    await expect(agent.exit).resolves.toEqual({ code: 3, signal: null });
    await eventually(() => lines.includes('told'));
  });

  it('freezes and thaws without a program, before and after one', async () => {
    const workspace = await open();
    for (const act of ['freeze', 'thaw'] as const) await workspace[act]();
    await run(workspace, ['true']);
    for (const act of ['freeze', 'thaw'] as const) await workspace[act]();
    await expect(workspace.signal('SIGTERM')).resolves.toBeUndefined();
  });
}

export function linesOf(output: NodeJS.ReadableStream): readonly string[] {
  const lines: string[] = [];
  createInterface(output).on('line', (line) => lines.push(line));
  return lines;
}

async function digestOf(output: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of output) hash.update(chunk);
  return hash.digest('hex');
}
