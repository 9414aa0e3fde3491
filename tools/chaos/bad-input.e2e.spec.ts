import { shell, usePlatform, workflow, type Reply } from '@syntropic/e2e';
import { request } from 'node:http';
import { logHead, useStore } from './store';

const platform = usePlatform();
const store = useStore(platform);

type HttpRequest = Readonly<{
  method?: string;
  path: string;
  body?: string;
  headers?: Readonly<Record<string, string>>;
}>;
type Refusal = readonly [status: number, code: string, field?: string];

const json = { 'content-type': 'application/json' };
const yaml = { 'content-type': 'application/yaml' };
const good = workflow('good', shell('true'));
const UNKNOWN = 'exec-000000000000';
const MEGABYTES = 'x'.repeat(3 * 1024 * 1024);

const fromYaml = (body: string): HttpRequest => ({ path: '/api/workflows/from-yaml', body, headers: yaml });
const execute = (body: string, id = 'good'): HttpRequest => ({
  path: `/api/workflows/${id}/execute`,
  body,
  headers: json,
});
const control = (action: string, body?: string, id = UNKNOWN): HttpRequest => ({
  path: `/api/executions/${id}/${action}`,
  ...(body !== undefined && { body, headers: json }),
});

const INVALID_REQUESTS: readonly (readonly [string, HttpRequest, Refusal])[] = [
  ['malformed YAML', fromYaml('id: [unclosed'), [422, 'request.invalid']],
  ['YAML that is not a workflow', fromYaml('just words'), [422, 'request.invalid']],
  ['an empty YAML document', fromYaml(''), [422, 'request.invalid']],
  ['YAML whose aliases explode', fromYaml(exponentialAliases()), [422, 'request.invalid']],
  ['a workflow with an unknown field', fromYaml(`${good}colour: red\n`), [422, 'request.invalid', 'colour']],
  [
    'a phase with an unknown field',
    fromYaml(good.replace('order: 1', 'order: 1\n    colour: red')),
    [422, 'request.invalid', 'phases[0].colour'],
  ],
  ['a phase without a name', fromYaml(good.replace('name: phase-1', '')), [422, 'request.invalid', 'phases[0].name']],
  ['a workflow id with a path in it', fromYaml(good.replace('id: good', 'id: ../etc')), [422, 'request.invalid', 'id']],
  ['a workflow id that is taken', fromYaml(good), [400, 'workflow.already_exists']],
  [
    'a workflow as JSON where YAML is accepted',
    { ...fromYaml('{}'), headers: json },
    [415, 'request.unsupported_content'],
  ],
  ['a workflow that is too large', fromYaml(`${good}# ${MEGABYTES}`), [413, 'request.too_large']],
  ['bytes that are not UTF-8', { ...fromYaml('\u00ff'), headers: yaml }, [422, 'request.invalid']],

  ['malformed JSON', execute('{"inputs": '), [400, 'request.malformed']],
  ['JSON of the wrong shape', execute('[]'), [422, 'request.invalid']],
  ['a request with an unknown field', execute('{"colour": "red"}'), [422, 'request.invalid', 'colour']],
  ['an input of the wrong type', execute('{"inputs": {"a": {}}}'), [422, 'request.invalid', 'inputs.a']],
  ['an unknown provider', execute('{"provider": "magic"}'), [422, 'request.invalid', 'provider']],
  [
    'a form',
    { ...execute('inputs=1'), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    [415, 'request.unsupported_content'],
  ],
  [
    'a body without a content type',
    { path: '/api/workflows/good/execute', body: '{}', headers: { 'content-type': 'text/plain' } },
    [415, 'request.unsupported_content'],
  ],
  ['a body that is too large', execute(JSON.stringify({ task: MEGABYTES })), [413, 'request.too_large']],
  ['an unknown workflow', execute('{}', 'nowhere'), [404, 'workflow.not_found']],
  [
    'an idempotency key that is too long',
    { ...execute('{}'), headers: { ...json, 'idempotency-key': 'k'.repeat(300) } },
    [422, 'request.invalid', 'Idempotency-Key'],
  ],

  ['an execution id of another shape', control('pause', undefined, 'not-an-id'), [404, 'execution.not_found']],
  ['an id with a NUL in it', control('pause', undefined, 'exec-%00'), [400, 'request.malformed']],
  ['a text with a NUL in it', execute(JSON.stringify({ task: '\u0000' })), [422, 'request.invalid', 'task']],
  [
    'half a character in the name of an input',
    execute(JSON.stringify({ inputs: { 'topic\ud83d': 'x' } })),
    [422, 'request.invalid', 'inputs.topic\ufffd'],
  ],
  ['a pause of an unknown execution', control('pause'), [404, 'execution.not_found']],
  ['a resume of an unknown execution', control('resume'), [404, 'execution.not_found']],
  ['a cancel of an unknown execution', control('cancel'), [404, 'execution.not_found']],
  ['a retry of an unknown execution', control('retry'), [404, 'execution.not_found']],
  ['a reason that is no text', control('pause', '{"reason": 7}'), [422, 'request.invalid', 'reason']],
  ['an unknown field in a control request', control('cancel', '{"colour": "red"}'), [422, 'request.invalid', 'colour']],
  ['approval of an unknown phase', control('phases/nowhere/approve'), [404, 'execution.not_found']],

  ['a page that is no number', { method: 'GET', path: '/api/executions?page=one' }, [422, 'request.invalid', 'page']],
  [
    'a page of negative size',
    { method: 'GET', path: '/api/executions?page_size=-1' },
    [422, 'request.invalid', 'page_size'],
  ],
  ['a session id of another shape', { method: 'GET', path: '/api/sessions/not-a-uuid' }, [404, 'session.not_found']],
  [
    'an unknown artifact',
    { method: 'GET', path: '/api/artifacts/00000000-0000-4000-8000-000000000000' },
    [404, 'artifact.not_found'],
  ],
  [
    'a stream of an unknown execution',
    { method: 'GET', path: `/api/executions/${UNKNOWN}/stream` },
    [404, 'execution.not_found'],
  ],
  [
    'a malformed position',
    { method: 'GET', path: '/api/workflows/good', headers: { 'x-min-position': 'yesterday' } },
    [422, 'position.malformed'],
  ],
  ['an unknown path', { method: 'GET', path: '/api/nowhere' }, [404, 'request.not_found']],
  ['a path that cannot be decoded', { method: 'GET', path: '/api/workflows/%zz' }, [400, 'request.malformed']],

  [
    'a page of another origin',
    { ...execute('{}'), headers: { ...json, origin: 'http://evil.example' } },
    [403, 'request.foreign'],
  ],
  [
    'a page of another site',
    { ...execute('{}'), headers: { ...json, 'sec-fetch-site': 'cross-site' } },
    [403, 'request.foreign'],
  ],
  [
    'another name for this address',
    { ...execute('{}'), headers: { ...json, host: 'evil.example' } },
    [403, 'request.foreign'],
  ],
];

describe('bad input', () => {
  beforeAll(() => platform.createWorkflow(good));

  it.each(INVALID_REQUESTS)(
    '%s is refused with a problem document, and nothing is stored',
    async (_, invalid, [status, code, field]) => {
      const before = await logHead(store());
      const { status: actual, headers, body } = await send(invalid);

      expect({ status: actual, ...(body as object) }).toMatchObject({
        status,
        code,
        detail: expect.stringMatching(/./) as string,
        ...(field !== undefined && { field }),
      });
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(await logHead(store())).toBe(before);
    },
  );

  it.each(['pause', 'resume', 'cancel', 'retry'])('%s is refused once the execution has ended', async (action) => {
    const id = await platform.execute('good');
    await platform.reaches(id, 'completed');
    const before = await logHead(store());
    const { status, body } = await platform.post(`/api/executions/${id}/${action}`);

    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'execution.has_ended' } });
    expect(await logHead(store())).toBe(before);
  });
});

/** Sends the request unchanged: `fetch` would normalize the path and forbid another host. */
function send({ method = 'POST', path, body, headers = {} }: HttpRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sending = request(platform.url, { method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const known = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value): [string, string] => [name, value]),
        );
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: new Headers(known), body: JSON.parse(text) as unknown });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** A billion laughs: each alias holds ten of the one before. */
function exponentialAliases(): string {
  const lines = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(', ')}]`);
  return ['l0: &l0 ha', ...lines, 'id: *l9'].join('\n');
}
