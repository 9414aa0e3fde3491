import { eventually } from '@syntropic/testing';
import { useEventStreams } from './event-stream-client';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';
import { anExecutionOf } from './live-execution';

const gateway = useGateway();
const keys = useKeys(gateway);
const open = useEventStreams();

beforeAll(async () => {
  await keys.make('admin');
  await eventually(async () => (await gateway.call('GET', '/api/keys')).status === 401);
});

const tokenFor = async (path: string, key: string) => {
  const { status, headers, body } = await gateway.call('POST', path, { headers: bearer(key) });
  expect({ status, body }).toMatchObject({ status: 200 });
  expect(headers.get('cache-control')).toBe('no-store');
  return String(body['token']);
};
const statusOf = (path: string) =>
  eventually(() => {
    const stream = open(`${gateway.url}${path}`);
    return eventually(() => stream.status || false);
  });

describe('the token of a stream', () => {
  it('opens both streams of its execution, and nothing else', async () => {
    const { key } = await keys.make('viewer');
    const [one, other] = [await anExecutionOf(gateway), await anExecutionOf(gateway)];
    const token = await tokenFor(`/api/executions/${one.executionId}/stream-token`, key);

    for (const path of ['/api', '/api/v1']) {
      expect(await statusOf(`${path}/executions/${one.executionId}/stream?token=${token}`)).toBe(200);
      expect(await statusOf(`${path}/sse/executions/${one.executionId}?token=${token}`)).toBe(200);
    }
    for (const path of [
      `/api/executions/${one.executionId}/stream`,
      `/api/executions/${one.executionId}/stream?token=${token}x`,
      `/api/executions/${other.executionId}/stream?token=${token}`,
      `/api/sse/executions/${other.executionId}?token=${token}`,
      `/api/sse/activity?token=${token}`,
      `/api/executions/${one.executionId}?token=${token}`,
      `/api/executions?token=${token}`,
    ]) {
      expect([path, await statusOf(path)]).toEqual([path, 401]);
    }
  });

  it('opens the feed of all executions', async () => {
    const { key } = await keys.make('viewer');
    const token = await tokenFor('/api/sse/activity/token', key);

    expect(await statusOf(`/api/sse/activity?token=${token}`)).toBe(200);
    expect(await statusOf(`/api/sse/executions/exec-0123456789ab?token=${token}`)).toBe(401);
  });

  it('has the rights of its key, and ends with it', async () => {
    const { key, keyId } = await keys.make('viewer', { scopes: ['executions'] });
    const { executionId } = await anExecutionOf(gateway);
    const token = await tokenFor(`/api/executions/${executionId}/stream-token`, key);
    expect(await statusOf(`/api/sse/executions/${executionId}?token=${token}`)).toBe(403);
    const stream = open(`${gateway.url}/api/executions/${executionId}/stream?token=${token}`);
    await eventually(() => stream.frames.length > 0);

    await keys.revoke(keyId);
    await eventually(() => stream.isBroken);
    expect(await statusOf(`/api/executions/${executionId}/stream?token=${token}`)).toBe(401);
  });

  it('is for executions that exist', async () => {
    const { key } = await keys.make('viewer');
    const told = await gateway.call('POST', '/api/executions/exec-ffffffffffff/stream-token', { headers: bearer(key) });

    expect(told).toMatchObject({ status: 404, body: { code: 'execution.not_found' } });
  });
});

describe('a stream that was opened with a key', () => {
  it('ends when the key is revoked, and others go on', async () => {
    const [revoked, kept] = [await keys.make('viewer'), await keys.make('viewer')];
    const streams = [revoked, kept].map(({ key }) => open(`${gateway.url}/api/sse/activity`, { headers: bearer(key) }));
    await eventually(() => streams.every(({ frames }) => frames.length > 0));

    await keys.revoke(revoked.keyId);
    await eventually(() => streams[0]?.isBroken);
    expect(streams[1]?.isBroken).toBe(false);
  });
});
