import { COMPILED_YAML_PROGRAM, YAML_PROGRAM } from '../src/workflows/yaml/workflow-yaml-thread';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from './call';
import { useGateway } from './gateway.fixture';

const MIB = 1024 * 1024;
const gateway = useGateway();

const post = (path: string, body: string, type: string, url = gateway.url) =>
  call(url, 'POST', `/api${path}`, { body, headers: { 'content-type': type } });
const create = (document: string) => post('/workflows/from-yaml', document, 'application/yaml');

describe('a hostile document', () => {
  it.each([
    ['nested brackets', '['.repeat(3_000) + ']'.repeat(3_000)],
    ['a mebibyte of brackets', '['.repeat(MIB)],
    ['a mebibyte of commas', `[${','.repeat(MIB - 1)}`],
    ['a mebibyte of comments', '#\n'.repeat(MIB / 2)],
    [
      'aliases of aliases',
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join('\n')}`,
    ],
  ])('is refused: %s', async (_, document) => {
    const reply = await create(document);

    expect(reply).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
    expect(String(reply.body['detail']).length).toBeLessThan(10_000);
    const checked = await post(
      '/workflows/validate',
      JSON.stringify({ content: document.slice(0, MIB / 2) }),
      'application/json',
    );
    expect(checked).toMatchObject({ status: 200, body: { valid: false } });
  });

  it.each([
    ['JSON that is nested too deep', `{"phases":${'['.repeat(100_000)}`, 'the body is nested too deep'],
    [
      'JSON with very many unknown fields',
      `{${Array.from({ length: 50_000 }, (_, at) => `"k${at}":1`).join()}}`,
      'more faults',
    ],
    ['JSON with an endless name', JSON.stringify({ ['x'.repeat(500_000)]: 1 }), 'is not a field of this request'],
  ])('is refused in few words: %s', async (_, body, words) => {
    const reply = await post('/workflows', body, 'application/json');

    expect(reply).toMatchObject({ status: 422, body: { detail: expect.stringContaining(words) as string } });
    expect(String(reply.body['detail']).length).toBeLessThan(20_000);
  });
});

describe('the thread that reads documents', () => {
  const READY = "const { parentPort } = require('node:worker_threads'); parentPort.postMessage('ready');";
  const scriptOf = (name: string, onMessage: string) => {
    const file = join(gateway.objects, name);
    writeFileSync(file, `${READY} parentPort.on('message', ({ id, request: { text } }) => { ${onMessage} });`);
    return { ...COMPILED_YAML_PROGRAM, file, readingMs: 500 };
  };
  const startWith = (name: string, onMessage: string) =>
    gateway.start({}, (replica) => replica.overrideProvider(YAML_PROGRAM).useValue(scriptOf(name, onMessage)));

  it('is replaced when a document takes too long, while other requests are answered', async () => {
    const faults = "[{ field: '', message: 'read', line: 1, column: 1 }]";
    const url = await startWith(
      'slow.cjs',
      `while (text === 'slow'); parentPort.postMessage({ id, answer: { faults: ${faults} } });`,
    );
    const slow = post('/workflows/from-yaml', 'slow', 'application/yaml', url);
    const next = post('/workflows/from-yaml', 'next', 'application/yaml', url);

    await expect(fetch(`${url}/api/workflows`)).resolves.toMatchObject({ status: 200 });
    await expect(slow).resolves.toMatchObject({ status: 422, body: { detail: 'takes too long to read' } });
    await expect(next).resolves.toMatchObject({ status: 422, body: { detail: 'read' } });
  });

  it('is replaced when its memory does not suffice', async () => {
    const grow = 'const all = []; for (;;) all.push(new Array(1000).fill(text + all.length));';
    const url = await startWith('greedy.cjs', grow);

    await expect(post('/workflows/from-yaml', 'x', 'application/yaml', url)).resolves.toMatchObject({ status: 422 });
    await expect(fetch(`${url}/api/workflows`)).resolves.toMatchObject({ status: 200 });
  });

  it('takes no more than it can read soon', async () => {
    const url = await startWith('idle.cjs', '');
    const replies = Array.from({ length: 40 }, () =>
      fetch(`${url}/api/workflows/from-yaml`, { method: 'POST', body: 'x', headers: { 'content-type': 'text/yaml' } }),
    );
    const refused = await Promise.any(replies);

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    await expect(refused.json()).resolves.toMatchObject({ code: 'request.overloaded' });
  });
});
