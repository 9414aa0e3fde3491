import { env } from '@syntropic/config';
import { objectVariables, openObjectStorage, withObjects } from '@syntropic/object-storage';
import { eventually, S3_KEYS, useS3 } from '@syntropic/testing';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { RetryingObjectStorage } from './retrying-object-storage';

const server = useS3();

async function objectsOfWork() {
  const variables = { S3_ENDPOINT: server.url, ...S3_KEYS };
  const objects = await openObjectStorage(env(withObjects(z.object(objectVariables)), variables));
  const faults: unknown[] = [];
  const lost = new AbortController();
  const onFault = (error: unknown) => faults.push(error);
  return { lost, faults, retrying: new RetryingObjectStorage({ objects, onFault }, lost.signal) };
}

describe('unavailable object storage', () => {
  it('is retried while the lease is held, and reported once', async () => {
    const { retrying, faults } = await objectsOfWork();
    const { uri: earlier } = await retrying.put(Buffer.from('earlier'));
    await server.stop();
    const stored = retrying.put(Buffer.from('what the agent left'));
    const read = retrying.get(earlier);
    await eventually(() => {
      expect(faults).toHaveLength(2);
    });
    await server.start();

    expect(await text(await read)).toBe('earlier');
    expect(await text(await retrying.get((await stored).uri))).toBe('what the agent left');
    expect(faults).toHaveLength(2);
  });

  it('is not retried after the lease was lost', async () => {
    const { retrying, lost, faults } = await objectsOfWork();
    await server.stop();
    const stored = retrying.put(Buffer.from('too late'));
    await eventually(() => {
      expect(faults).toHaveLength(1);
    });
    lost.abort();

    await expect(stored).rejects.toThrow('abort');
    await server.start();
  });

  it('does not include missing objects, which are not retried', async () => {
    const { retrying } = await objectsOfWork();

    await expect(retrying.get(`sha256:${'0'.repeat(64)}`)).rejects.toThrow('there is no object');
  });
});
