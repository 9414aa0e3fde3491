import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { env } from '@syntropic/config';
import { eventually, S3_KEYS, useS3 } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { keyOf, ObjectStorageAway, uriOf } from './object-storage';
import { objectVariables, withObjects } from './object-storage.variables';
import { openObjectStorage } from './open-object-storage';
import { testObjectStorage } from './testing/object-storage-contract';
import { testParts } from './testing/part-contract';
import { testRemoval } from './testing/removal-contract';
import { testSeenFiles } from './testing/seen-file-contract';

const server = useS3();

const settings = (variables: Readonly<Record<string, string>> = {}) =>
  env(withObjects(z.object(objectVariables)), { S3_ENDPOINT: server.url, ...S3_KEYS, ...variables });

const open = (variables: Readonly<Record<string, string>> = {}) => openObjectStorage(settings(variables));

describe('object storage over the S3 API', () => {
  testObjectStorage(open);
  testParts(open);
  testSeenFiles(open);
  testRemoval(open);

  it('creates its bucket once, also when two services start together', async () => {
    const S3_BUCKET = `bucket-${randomUUID()}`;
    const storages = await Promise.all([open({ S3_BUCKET }), open({ S3_BUCKET })]);

    const stored = await Promise.all(storages.map((storage) => storage.put(Buffer.from('shared'))));
    expect(stored[1]).toEqual(stored[0]);
  });

  it('uploads only objects that are missing or incomplete', async () => {
    const storage = await open();
    const { uri, sha256 } = await storage.put(Buffer.from('whole'));

    await overwrite(sha256, 'other');
    await storage.put(Buffer.from('whole'));
    expect(await text(await storage.get(uri))).toBe('other');

    await overwrite(sha256, 'who');
    await storage.put(Buffer.from('whole'));
    expect(await text(await storage.get(uri))).toBe('whole');
  });

  it('refuses to start with credentials that the bucket refuses', async () => {
    await expect(open({ S3_ACCESS_KEY_ID: 'guessed' })).rejects.toThrow(/refuses these credentials.*s3:PutObject/);
  });

  it('starts while the server is away, rejects calls meanwhile, and works when it is back', async () => {
    await server.stop();
    const storage = await open({ S3_BUCKET: 'later' });
    await expect(storage.put(Buffer.from('later bytes'))).rejects.toThrow(ObjectStorageAway);
    await expect(storage.get(uriOf('0'.repeat(64)))).rejects.toThrow(ObjectStorageAway);
    await server.start();

    const { uri } = await storage.put(Buffer.from('later bytes'));
    expect(await text(await storage.get(uri))).toBe('later bytes');
  });

  it('does not wait for a server that does not answer', async () => {
    const storage = await open();
    const { uri } = await storage.put(Buffer.from('before'));

    await server.freeze();
    await expect(storage.get(uri)).rejects.toThrow(ObjectStorageAway);
    await server.thaw();
    expect(await eventually(async () => text(await storage.get(uri)))).toBe('before');
  }, 30_000);
});

/** Changes an object from outside. */
async function overwrite(sha256: string, content: string): Promise<void> {
  const { S3_REGION: region, S3_BUCKET: Bucket } = settings();
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = S3_KEYS;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint: server.url, region, credentials, forcePathStyle: true });
  await client.send(new PutObjectCommand({ Bucket, Key: keyOf(sha256), Body: content }));
}
