import { S3_KEYS, useS3 } from '@syntropic/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const server = useS3();
const platform = usePlatform({ environment: () => ({ S3_ENDPOINT: server.url, ...S3_KEYS }) });

const Artifacts = z.array(z.looseObject({ id: z.string(), path: z.string() }));

describe('the platform with its objects in a bucket', () => {
  it('passes files between phases and serves them from the bucket, without a local directory', async () => {
    const write = String.raw`printf 'a\000\377b' > artifacts/output/data.bin`;
    const copy = 'cp artifacts/input/phase-1/data.bin artifacts/output/copy.bin';
    await platform.createWorkflow(workflow('through-a-bucket', shell(write), shell(copy)));
    await platform.reaches(await platform.execute('through-a-bucket'), 'completed');

    const { body } = await platform.get('/api/artifacts?workflow_id=through-a-bucket');
    const copied = Artifacts.parse(body).find(({ path }) => path === 'copy.bin');
    const content = await fetch(`${platform.url}/api/artifacts/${copied?.id ?? ''}/content`, {
      headers: { accept: 'application/octet-stream' },
    });
    expect(Buffer.from(await content.arrayBuffer())).toEqual(Buffer.from([97, 0, 255, 98]));
    expect(existsSync(join(platform.dataDirectory, 'objects'))).toBe(false);
  });
});
