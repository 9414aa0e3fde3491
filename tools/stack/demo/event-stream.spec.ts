import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { framesOf, type Frame } from './event-stream';

type Answer = (response: ServerResponse) => void;

describe('following a stream', () => {
  it('joins frames that arrive in parts, and skips heartbeats', async () => {
    const { frames } = await followed([
      (response) => {
        response.write('id: 1\nevent: pha');
        response.write('se\ndata: {"a":\ndata: 1}\n\n: heartbeat\n\nda');
        response.end('ta: ünamed\n\n');
      },
      nothingMore,
    ]);

    expect(frames).toEqual([
      { id: '1', event: 'phase', data: '{"a":\n1}' },
      { event: 'message', data: 'ünamed' },
    ]);
  });

  it('resumes a broken or ended stream after its last frame, until the server answers 204', async () => {
    const { frames, resumedAfter } = await followed([
      (response) => {
        response.write('id: 7\ndata: before\n\n', () => {
          response.destroy();
        });
      },
      (response) => {
        response.end('id: 8\ndata: after\n\n');
      },
      nothingMore,
    ]);

    expect(frames.map(({ data }) => data)).toEqual(['before', 'after']);
    expect(resumedAfter).toEqual([undefined, '7', '8']);
  });

  it('retries after 503', async () => {
    const { frames } = await followed([
      (response) => {
        response.writeHead(503).end();
      },
      (response) => {
        response.end('id: 1\ndata: at last\n\n');
      },
      nothingMore,
    ]);

    expect(frames.map(({ data }) => data)).toEqual(['at last']);
  });

  it('does not retry a refused request', async () => {
    await expect(
      followed([
        (response) => {
          response.writeHead(404).end();
        },
      ]),
    ).rejects.toThrow('answered 404');
  });
});

const nothingMore: Answer = (response) => {
  response.writeHead(204).end();
};

async function followed(answers: readonly Answer[]) {
  const resumedAfter: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[resumedAfter.length];
    resumedAfter.push(request.headers['last-event-id']?.toString());
    answer?.(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const frames: Frame[] = [];
    const address = addressOf(server.address());
    for await (const frame of framesOf((headers) => fetch(address, { headers }))) frames.push(frame);
    return { frames, resumedAfter };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function addressOf(address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}/`;
}
