import { artifact } from '@syntropic/artifacts/contracts';
import { event } from '@syntropic/kernel/testing';
import { LocalObjectStorage, objectVariables, openObjectStorage } from '@syntropic/object-storage';
import { eventually, S3_KEYS, useS3 } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { anArtifact, anExecutionId } from './facts';
import { useGateway } from './gateway.fixture';

const { ArtifactDeleted } = artifact.events;

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
    expect(raw.headers.get('content-disposition')).toBe(`attachment; filename="notes.md"; filename*=UTF-8''notes.md`);
    expect(raw.headers.get('content-length')).toBe('3');
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(bytes);
  });

  it('serve ranges of their bytes, and none of them to clients that have them', async () => {
    const stored = await new LocalObjectStorage(gateway.objects).put(Buffer.from('0123456789'));
    const { id, seen } = await recorded(stored);
    const get = async (headers: Readonly<Record<string, string>>) => {
      const answer = await read(`${id}/content`, { ...seen, accept: 'text/plain', ...headers });
      return [answer.status, answer.headers.get('content-range'), await answer.text()];
    };
    const etag = `"${stored.sha256}"`;

    expect(await get({ range: 'bytes=2-4' })).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await get({ range: 'bytes=-3' })).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await get({ range: 'bytes=2-4', 'if-range': etag })).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await get({ range: 'bytes=2-4', 'if-range': '"older"' })).toEqual([200, null, '0123456789']);
    expect(await get({ range: 'bytes=0-1,4-5' })).toEqual([200, null, '0123456789']);
    expect(await get({ 'if-none-match': etag })).toEqual([304, null, '']);
    expect(await get({ 'if-none-match': '"older"' })).toEqual([200, null, '0123456789']);
    const [status, range, problem] = await get({ range: 'bytes=10-' });
    expect([status, range]).toEqual([416, 'bytes */10']);
    expect(JSON.parse(String(problem))).toMatchObject({ code: 'artifact.range_not_satisfiable' });
  });

  it('are served as plain bytes where their type is no type', async () => {
    const stored = await new LocalObjectStorage(gateway.objects).put(Buffer.from('x'));
    const { id, seen } = await recorded({ ...stored, contentType: 'text/html\r\nset-cookie: a=b' });
    const answer = await read(`${id}/content`, { ...seen, accept: 'text/plain' });

    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('set-cookie')).toBeNull();
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

describe('an artifact of a client', () => {
  const wanted = { workflow_id: 'a-workflow', artifact_type: 'report', title: 'Q3: results', content: 'all well' };

  it('is stored before it is named, under an id that a repeated request has again', async () => {
    const commands = gateway.takeCommands();
    const request = { body: wanted, headers: { 'idempotency-key': randomUUID() } };
    const answers = [
      await gateway.call('POST', '/api/artifacts', request),
      await gateway.call('POST', '/api/artifacts', request),
    ];
    commands.stop();

    expect(answers[0]).toMatchObject({ status: 201 });
    const id = z.uuid().parse(answers[0]?.body['id']);
    const { uri, sha256, sizeBytes } = await new LocalObjectStorage(gateway.objects).put(Buffer.from('all well'));
    const named = { artifactId: id, workflowId: 'a-workflow', path: 'Q3- results.md', uri, sha256, sizeBytes };
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [201, { id, title: 'Q3: results', artifact_type: 'report', status: 'created' }]),
    );
    expect(commands.taken).toEqual(
      answers.map(() => ({
        'artifacts.AddArtifact': {
          ...named,
          artifactType: 'report',
          contentType: 'text/markdown',
          title: 'Q3: results',
        },
      })),
    );
    expect(new Set(commands.commandIds).size).toBe(1);
  });

  it.each([
    [{ content: '' }, 'content'],
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(513) }, 'title'],
    [{ workflow_id: '../w' }, 'workflow_id'],
    [{ content_type: 'text/html\r\nx: y' }, 'content_type'],
    [{ session_id: 'none' }, 'session_id'],
    [{ path: '/etc/passwd' }, 'path'],
  ])('is refused with %j', async (change, field) => {
    const commands = gateway.takeCommands();
    const { status, body } = await gateway.call('POST', '/api/artifacts', { body: { ...wanted, ...change } });
    commands.stop();

    expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(commands.taken).toEqual([]);
  });

  it('gets its notes changed and is deleted', async () => {
    const { id } = await recorded({ sha256: '0'.repeat(64), uri: `sha256:${'0'.repeat(64)}`, sizeBytes: 3 });
    const path = `/api/artifacts/${id}`;
    const commands = gateway.takeCommands();
    const change = { title: 'New', metadata: { a: [1, null] }, is_primary_deliverable: null };
    const updated = await gateway.call('PUT', path, { body: change });
    const refused = [
      await gateway.call('PUT', path, { body: { is_primary_deliverable: null } }),
      await gateway.call('PUT', path, { body: { metadata: { a: 'x'.repeat(16_384) } } }),
      await gateway.call('PUT', path, { body: { sha256: 'f' } }),
    ];
    const deleted = await gateway.call('DELETE', path);
    commands.stop();

    expect(updated.body).toEqual({ artifact_id: id, status: 'updated' });
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect(deleted.body).toEqual({ artifact_id: id, status: 'deleted' });
    expect(commands.taken).toEqual([
      { 'artifacts.UpdateArtifact': { artifactId: id, title: 'New', metadata: { a: [1, null] } } },
      { 'artifacts.DeleteArtifact': { artifactId: id } },
    ]);
  });

  it('is not found once it is deleted', async () => {
    const { id, seen } = await recorded({ sha256: '0'.repeat(64), uri: `sha256:${'0'.repeat(64)}`, sizeBytes: 3 });
    expect((await read(`${id}?include_content=false`, seen)).status).toBe(200);

    const gone = event(ArtifactDeleted, { artifactId: id, released: [] });
    const { minPosition } = await gateway.record(`artifact-${id}`, [gone]);
    const after = { 'x-min-position': minPosition };
    expect((await read(id, after)).status).toBe(404);
    expect((await read(`${id}/content`, after)).status).toBe(404);
    const list = await fetch(`${gateway.url}/api/artifacts?limit=200`, { headers: after });
    expect(await list.json()).not.toContainEqual(expect.objectContaining({ id }));
  });
});

/** Records an artifact. `seen` are the request headers that wait for it. */
async function recorded(facts: Readonly<{ sha256: string; uri: string; sizeBytes: number; contentType?: string }>) {
  const id = randomUUID();
  const { minPosition } = await gateway.record(`artifact-${id}`, [anArtifact(id, anExecutionId(), facts)]);
  return { id, seen: { 'x-min-position': minPosition } };
}
