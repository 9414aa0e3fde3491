import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretOf, upstreamsOf } from './upstreams';
import { upstreamsIn } from './upstreams-file';

const directory = mkdtempSync(join(tmpdir(), 'upstreams-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
function file(content: string): string {
  const path = join(directory, 'upstreams');
  writeFileSync(path, content);
  return path;
}
const entry = (more: string) => `upstreams: [{ name: mine, api: anthropic, base_url: 'http://models:1/', ${more} }]`;

describe('the file of upstreams', () => {
  it('may be YAML or JSON, and names how each credential is sent', async () => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'first\n');
    const [mine] = upstreamsIn(file(entry(`credential: { file: ${secret}, header: X-Token, scheme: Key }`)));
    expect(mine).toMatchObject({ name: 'mine', api: 'anthropic', baseUrl: 'http://models:1' });
    expect(mine?.credential).toMatchObject({ name: 'x-token', prefix: 'Key ' });

    const json = {
      upstreams: [{ name: 'other', api: 'openai', base_url: 'https://a/v1', credential: { env: 'PATH' } }],
    };
    expect(() => upstreamsIn(file(JSON.stringify({ ...json, more: 1 })))).toThrow('more');
    const [other] = upstreamsIn(file(JSON.stringify(json)));
    expect(other?.credential).toMatchObject({ name: 'authorization', prefix: 'Bearer ' });

    writeFileSync(secret, 'second\n');
    await expect(mine?.credential && secretOf(mine.credential)).resolves.toBe('second');
  });

  it.each([
    ['an unknown API', "upstreams: [{ name: a, api: other, base_url: 'http://a' }]"],
    ['a reserved name', "upstreams: [{ name: hooks, api: openai, base_url: 'http://a' }]"],
    ['a name that is a path', "upstreams: [{ name: a/b, api: openai, base_url: 'http://a' }]"],
    ['an address without a protocol', 'upstreams: [{ name: a, api: openai, base_url: models }]'],
    ['a credential in its address', "upstreams: [{ name: a, api: openai, base_url: 'http://a:b@c' }]"],
    ['an unknown field', entry('timeout: 3')],
    ['a variable that is not set', entry('credential: { env: NO_SUCH_VARIABLE }')],
    ['a file that is not there', entry('credential: { file: /no/such/file }')],
    ['two places of a credential', entry('credential: { env: PATH, file: /a }')],
    ['no list', 'upstreams: 3'],
    ['no document', '{'],
  ])('is refused with %s', (_, content) => {
    expect(() => upstreamsIn(file(content))).toThrow();
  });

  it('names every credential that is missing, and none that is there', () => {
    const list = ['one', 'two'].map(
      (name) => `{ name: ${name}, api: openai, base_url: 'http://a', credential: { env: NO_${name} } }`,
    );
    expect(() => upstreamsIn(file(`upstreams: [${list.join()}]`))).toThrow(/upstream one.*\n.*upstream two/);
  });
});

describe('the variables of upstreams', () => {
  it('make those available of which one is set', () => {
    expect(upstreamsOf({})).toEqual([]);
    expect(upstreamsOf({ ANTHROPIC_AUTH_TOKEN: 'token', OPENAI_BASE_URL: 'http://a/v1/' })).toEqual([
      {
        ...{ name: 'anthropic', api: 'anthropic', baseUrl: 'https://api.anthropic.com' },
        credential: { name: 'authorization', prefix: 'Bearer ', secret: { value: 'token' } },
      },
      { name: 'openai', api: 'openai', baseUrl: 'http://a/v1', credential: undefined },
    ]);
    const both = upstreamsOf({ ANTHROPIC_AUTH_TOKEN: 'token', ANTHROPIC_API_KEY: 'key' });
    expect(both[0]?.credential).toEqual({ name: 'x-api-key', prefix: '', secret: { value: 'key' } });
  });
});
