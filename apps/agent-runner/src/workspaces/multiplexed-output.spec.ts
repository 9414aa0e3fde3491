import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { separateOutputs } from './multiplexed-output';

const frame = (stream: number, content: string | Buffer) => {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
};
const outputs = () => ({ stdout: new PassThrough(), stderr: new PassThrough() });

function* pieces(bytes: Buffer, size: number): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

// eslint-disable-next-line @typescript-eslint/require-await -- a connection is asynchronous, its bytes here are not
async function* connection(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

describe('the outputs of a container', () => {
  const sent = Buffer.concat([frame(1, 'out'), frame(2, 'error'), frame(1, ''), frame(1, ' and more'), frame(2, '!')]);

  it.each([1, 3, 8, 11, 1_000])('are told apart however they are cut: pieces of %i bytes', async (size) => {
    const { stdout, stderr } = outputs();

    const separated = separateOutputs(connection(pieces(sent, size)), { stdout, stderr });

    await expect(text(stdout)).resolves.toBe('out and more');
    await expect(text(stderr)).resolves.toBe('error!');
    await separated;
  });

  it('are not read faster than their reader reads', async () => {
    const { stdout, stderr } = outputs();
    const piece = frame(1, Buffer.alloc(16_384));
    let taken = 0;
    function* endless(): Iterable<Buffer> {
      for (; taken < 1_000; taken++) yield piece;
    }

    const separated = separateOutputs(connection(endless()), { stdout, stderr });
    for (let turns = 0; turns < 100; turns++) await turn();
    expect(taken).toBeLessThan(10);

    stdout.resume();
    stderr.resume();
    await separated;
    expect(taken).toBe(1_000);
  });

  it('go on without the one that its reader has closed', async () => {
    const { stdout, stderr } = outputs();
    const chunks = [frame(1, Buffer.alloc(100_000)), frame(2, 'still told')];

    const separated = separateOutputs(connection(chunks), { stdout, stderr });
    await turn();
    stdout.destroy();

    await expect(text(stderr)).resolves.toBe('still told');
    await separated;
  });

  it('fail when the connection breaks within a frame', async () => {
    const { stdout, stderr } = outputs();

    const read = Promise.allSettled([text(stdout), text(stderr)]);
    await separateOutputs(connection([sent.subarray(0, 10)]), { stdout, stderr });

    expect((await read).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
