import type { Platform } from '@syntropic/e2e';
import { framesOf, type Frame } from '@syntropic/stack';
import { eventually } from '@syntropic/testing';
import type { Case } from './case';

/** Requests while the execution runs; the case then looks at its outcome. */
export const EXECUTION_SCRIPTS = {
  cancel: async (platform: Platform, id: string, { after = 0 }: Case) => {
    await new Promise((resolve) => setTimeout(resolve, after * 1_000));
    // An execution that has failed before refuses it.
    expect([200, 400]).toContain((await platform.post(`/api/executions/${id}/cancel`)).status);
  },

  'foreign-cursor': async (platform: Platform, id: string) => {
    const { id: cursor = '' } = await frameAfter(platform, id, undefined, ({ event }) => event === 'agent_output');
    const [, epoch = '', position = '', sequence = ''] = /^(.+)\.(\d+)-(\d+)$/.exec(cursor) ?? [];
    for (const foreign of [
      `${epoch}.${position}-${Number(sequence) + 1_000_000}`,
      `${epoch}.${Number(position) + 1_000_000_000}-${sequence}`,
    ]) {
      expect((await frameAfter(platform, id, foreign)).event).toBe('snapshot');
    }
  },

  'pause-key': async (platform: Platform, id: string) => {
    const again = () => platform.post(`/api/executions/${id}/pause`, {}, { 'idempotency-key': 'the-same-pause' });
    await platform.reaches(id, 'running');
    await eventually(async () => (await platform.post(`/api/executions/${id}/pause`)).status === 200);
    await platform.reaches(id, 'paused');
    const first = await again();
    expect(first.status).toBe(400);

    await platform.post(`/api/executions/${id}/resume`);
    await platform.reaches(id, 'running');
    const { status, body } = await again();
    expect({ status, body }).toEqual({ status: first.status, body: first.body });
  },
} as const;

/** Documents of nested brackets: each is refused by the same process, long before the client gives up. */
export async function nestedDocuments(
  platform: Platform,
  { depths = [], ms = 100, repeated = [] }: Case,
): Promise<void> {
  const { pid } = platform.service('gateway');
  const documents = [
    ...depths.map((depth) => ({ text: `id: nested\nx: ${'['.repeat(depth)}${']'.repeat(depth)}`, within: ms })),
    ...repeated.map(([head, part, times, within]) => ({ text: head + part.repeat(times), within })),
  ];
  for (const { text, within } of documents) {
    const response = await fetch(`${platform.url}/api/workflows/from-yaml`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: text,
      signal: AbortSignal.timeout(within * BUSY),
    });
    expect(response.status).toBe(422);
    await response.arrayBuffer();
  }
  expect(platform.service('gateway').pid).toBe(pid);
}

/** A busy machine takes this many times longer than a quiet one. */
const BUSY = 20;

/** The first frame that fits, of a stream that begins after the cursor. */
async function frameAfter(
  platform: Platform,
  id: string,
  cursor: string | undefined,
  fits: (frame: Frame) => boolean = () => true,
): Promise<Frame> {
  const closed = new AbortController();
  const url = `${platform.url}/api/executions/${id}/stream`;
  const after = cursor === undefined ? {} : { 'last-event-id': cursor };
  try {
    for await (const frame of framesOf((headers) =>
      fetch(url, { headers: { ...headers, ...after }, signal: closed.signal }),
    )) {
      if (fits(frame)) return frame;
    }
  } finally {
    closed.abort();
  }
  throw new Error(`the stream of ${id} ended without such a frame`);
}
