import { LocalObjectStorage, objectVariables, openObjectStorage } from '@syntropic/object-storage';
import { eventually, S3_KEYS, useS3 } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { anArtifact, anExecutionId } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const server = useS3();

const read = (path: string, headers: Readonly<Record<string, string>> = {}, url = gateway.url) =>
  fetch(`${url}/api/artifacts/${path}`, { headers });

describe('artifacts', () => {
  it('give their text as JSON and every byte as it is', async () => {
    const bytes = Buffer.from([0, 255, 65]);
    const { sha256, ...stored } = await new LocalObjectStorage(gateway.objects).put(bytes);
    const { id, seen } = await recorded({ sha256, ...stored, contentType: 'image/png' });

    expect(await (await read(id, seen)).json()).toMatchObject({ content: null, content_hash: sha256 });
    const raw = await read(`${id}/content`, { accept: 'image/png' });
    expect(raw.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(bytes);
  });

  it('say that bytes are not there yet', async () => {
    const { id, seen } = await recorded({
      sha256: '0'.repeat(64),
      uri: `sha256:${'0'.repeat(64)}`,
      sizeBytes: 3,
    });

    const answer = await read(`${id}/content`, seen);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.json()).toMatchObject({ artifact_id: id, content: null });
  });

  it('are read from a bucket too, and while that is away it is said when to come back', async () => {
    const variables = { S3_ENDPOINT: server.url, ...S3_KEYS };
    const url = await gateway.start(variables);
    const storage = await openObjectStorage(z.object(objectVariables).parse(variables));
    const { id, seen } = await recorded(await storage.put(Buffer.from('in a bucket')));
    const content = () => read(`${id}/content`, seen, url);
    expect(await (await content()).json()).toMatchObject({ content: 'in a bucket' });

    await server.stop();
    const answer = await content();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ code: 'artifact.bytes_unavailable' });
    expect((await read(`${id}?include_content=false`, seen, url)).status).toBe(200);

    await server.start();
    await eventually(async () => {
      expect(await (await read(`${id}/content`, { accept: 'text/plain' }, url)).text()).toBe('in a bucket');
    });
  });
});

/** Records an artifact. `seen` are the request headers that wait for it. */
async function recorded(facts: Readonly<{ sha256: string; uri: string; sizeBytes: number; contentType?: string }>) {
  const id = randomUUID();
  const { minPosition } = await gateway.record(`artifact-${id}`, [anArtifact(id, anExecutionId(), facts)]);
  return { id, seen: { 'x-min-position': minPosition } };
}
