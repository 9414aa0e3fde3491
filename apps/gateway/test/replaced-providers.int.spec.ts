import { KeyDirectory } from '@syntropic/access';
import type { ObjectStorage } from '@syntropic/object-storage';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { OBJECT_STORAGE } from '../src/artifacts/artifact-bytes';
import { LiveBus } from '../src/live/live-bus';
import { useEventStreams } from './event-stream-client';
import { anArtifact, anExecutionId } from './facts';
import { useGateway } from './gateway.fixture';
import { anExecutionOf } from './live-execution';

const HOUR_MS = 3_600_000;

const gateway = useGateway();
const openStream = useEventStreams();

describe('a live stream that does not poll', () => {
  class TrustingBus extends LiveBus {
    override get pollMs(): number {
      return HOUR_MS;
    }
  }

  it('reads the tables after a frame that it cannot read', async () => {
    const url = await gateway.start({}, (replica) => replica.overrideProvider(LiveBus).useClass(TrustingBus));
    const execution = await anExecutionOf(gateway);
    const client = openStream(`${url}/api/executions/${execution.executionId}/stream`);
    await eventually(() => {
      expect(client.events).toEqual(['snapshot']);
    });

    for (const [index, text] of ['no JSON', '{"lane":"domain","previous":"?"}', '{"lane":"other"}'].entries()) {
      await execution.observe('agent_output');
      execution.publishText(text);
      await eventually(() => {
        expect(client.events).toHaveLength(index + 2);
      });
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^live_frame_faults_total\{kind="not_json",.*\} 1$/m);
    expect(metrics).toMatch(/^live_frame_faults_total\{kind="malformed",.*\} 1$/m);
    expect(metrics).toMatch(/^live_frame_faults_total\{kind="unknown_lane",.*\} 1$/m);
  });
});

describe('bytes whose storage fails half-way', () => {
  it('break the connection, and the gateway goes on', async () => {
    const bytes = new PassThrough();
    const storage: Pick<ObjectStorage, 'get'> = { get: () => Promise.resolve(bytes) };
    const url = await gateway.start({}, (replica) => replica.overrideProvider(OBJECT_STORAGE).useValue(storage));
    const id = randomUUID();
    const artifact = anArtifact(id, anExecutionId(), { sizeBytes: 30 });
    const { minPosition } = await gateway.record(`artifact-${id}`, [artifact]);

    bytes.write('the beginning');
    const headers = { accept: 'text/plain', 'x-min-position': minPosition };
    const { status, body } = await fetch(`${url}/api/artifacts/${id}/content`, { headers });
    const reader = body?.getReader();
    expect(status).toBe(200);
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('the beginning');
    bytes.destroy(new Error('the disk is gone'));

    await expect(reader?.read()).rejects.toThrow('terminated');
    expect((await fetch(`${url}/api/artifacts/${id}?include_content=false`, { headers })).status).toBe(200);
  });
});

describe('keys that the store has not told for too long', () => {
  it('are not trusted, and neither is their absence', async () => {
    const { pool } = gateway.database;
    const url = await gateway.start({}, (replica) =>
      replica.overrideProvider(KeyDirectory).useValue(new KeyDirectory(pool, { trustedMs: 0 })),
    );
    const response = await fetch(`${url}/api/workflows`);

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({ code: 'store.unavailable' });
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });
});
