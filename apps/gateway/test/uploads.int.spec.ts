import { LocalObjectStorage, ObjectMissing } from '@syntropic/object-storage';
import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { MAX_UPLOAD_BYTES, UPLOADS_PARENT } from '../src/artifacts/uploads';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

describe('a file for an artifact', () => {
  const id = randomUUID();
  const parent = scratchDirectory();
  let url: string;
  const upload = (form: FormData | string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}/api/artifacts/${id}/upload`, { method: 'POST', body: form, headers });
  const formOf = (
    bytes: Uint8Array<ArrayBuffer>,
    { field = 'file', name = 'data.bin', type = 'application/x-data' } = {},
  ) => {
    const form = new FormData();
    form.append('comment', 'not a file');
    form.append(field, new Blob([bytes], { type }), name);
    return form;
  };
  const spooled = () => readdirSync(parent, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  beforeAll(async () => {
    url = await gateway.start({}, (replica) => replica.overrideProvider(UPLOADS_PARENT).useValue(parent));
  });
  afterAll(() => {
    removeDirectory(parent);
  });

  it('is stored before it is named, with every byte', async () => {
    const bytes = randomBytes(3_000_000);
    const commands = gateway.takeCommands();
    const answer = await upload(formOf(bytes, { name: '../../etc/\u202epasswd', type: 'text/plain; x=<y>' }));
    commands.stop();

    const stored = await new LocalObjectStorage(gateway.objects).put(bytes);
    expect(await answer.json()).toEqual({ artifact_id: id, storage_url: stored.uri, status: 'uploaded' });
    expect(commands.taken).toEqual([
      {
        'artifacts.UploadArtifact': {
          artifactId: id,
          path: expect.stringMatching(/^[^/\\]*-passwd$/) as unknown,
          contentType: expect.stringMatching(/^(text\/plain|application\/octet-stream)$/) as unknown,
          ...stored,
        },
      },
    ]);
    expect(spooled()).toEqual([]);
  });

  it.each([
    ['retired', true],
    ['removed', false],
  ])('is stored apart where its usual place is %s', async (rule, isLeft) => {
    const refusal = { code: `content.${rule}`, refusal: 'conflict', message: 'given up' };
    const named: string[] = [];
    const stop = gateway.answer((_, data) => {
      const { uri } = z.object({ uri: z.string() }).parse(data);
      named.push(uri);
      return named.length === 1 ? refusal : { position: 1, version: 1 };
    });
    const answer = await upload(formOf(Buffer.from(rule)));
    stop();

    const [usual = '', apart = ''] = named;
    expect(await answer.json()).toMatchObject({ storage_url: apart });
    expect(apart).toMatch(`${usual}.`);
    const objects = new LocalObjectStorage(gateway.objects);
    expect((await buffer(await objects.get(apart))).toString()).toBe(rule);
    const atUsual = objects.get(usual).then((bytes) => bytes.destroy());
    await (isLeft ? expect(atUsual).resolves.toBeDefined() : expect(atUsual).rejects.toThrow(ObjectMissing));
  });

  it('may have 50 MiB, and not a byte more', async () => {
    const commands = gateway.takeCommands();
    const most = await upload(formOf(Buffer.alloc(MAX_UPLOAD_BYTES, 'x')));
    const more = await upload(formOf(Buffer.alloc(MAX_UPLOAD_BYTES + 1, 'x')));
    const unread = await upload(formOf(Buffer.alloc(MAX_UPLOAD_BYTES + 100_000, 'x')));
    commands.stop();

    expect([most.status, more.status, unread.status]).toEqual([200, 413, 413]);
    expect(await more.json()).toMatchObject({ code: 'request.too_large' });
    expect(commands.taken).toHaveLength(1);
    expect(spooled()).toEqual([]);
  }, 180_000);

  it.each([
    ['no form', '{}', { 'content-type': 'application/json' }, 415],
    ['a form without a boundary', 'x', { 'content-type': 'multipart/form-data' }, 400],
    [
      'a form that is cut',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
    ],
    ['no parts', '--b--\r\n', { 'content-type': 'multipart/form-data; boundary=b' }, 422],
    ['a file in another field', formOf(Buffer.from('x'), { field: 'data' }), {}, 422],
  ])('is missing in %s', async (_, form, headers, status) => {
    const commands = gateway.takeCommands();
    const answer = await upload(form, headers);
    commands.stop();

    expect(answer.status).toBe(status);
    expect(commands.taken).toEqual([]);
    expect(spooled()).toEqual([]);
  });

  it('is not taken by other endpoints, nor from other pages', async () => {
    const elsewhere = await fetch(`${gateway.url}/api/artifacts`, { method: 'POST', body: formOf(Buffer.from('x')) });
    expect(elsewhere.status).toBe(415);
    const foreign = await upload(formOf(Buffer.from('x')), { origin: 'http://evil.example' });
    expect(foreign.status).toBe(403);
  });
});
