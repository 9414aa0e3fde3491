import { executionIdOf } from '@syntropic/kernel';
import type { Json } from './call';
import { useGateway } from './gateway.fixture';
import { refusedReply } from './refused-reply';

const gateway = useGateway();

const send = (method: string, path: string, body?: string | object, headers: Readonly<Record<string, string>> = {}) =>
  gateway.call(method, path, { body, headers });

const RECORDED = { position: 7, version: 1 };

describe('a change', () => {
  it('becomes a command, and its reply says where it stands in the log', async () => {
    const service = gateway.takeCommands(RECORDED);
    const reply = await send('POST', '/api/workflows', { id: 'mine', name: 'Mine' });
    service.stop();

    expect(reply).toMatchObject({ status: 201, body: { id: 'mine', status: 'created' } });
    expect(reply.headers.get('x-position')).toMatch(/^[0-9a-f-]{36}\.7$/);
    expect(service.taken).toMatchObject([
      { 'orchestration.CreateWorkflow': { workflowId: 'mine', phases: [{ name: 'Initial Phase' }] } },
    ]);
  });

  it('is the same command when it comes again with its key, under either prefix', async () => {
    const service = gateway.takeCommands(RECORDED);
    const key = { 'idempotency-key': 'once' };
    const first = await send('POST', '/api/workflows/mine/execute', '{}', key);
    const again = await send('POST', '/api/v1/workflows/mine/execute', '{}', key);
    const other = await send('POST', '/api/workflows/mine/execute', '{}');
    service.stop();

    expect(again.body).toEqual(first.body);
    expect(service.commandIds[1]).toBe(service.commandIds[0]);
    expect(first.body['execution_id']).toBe(executionIdOf(service.commandIds[0] ?? ''));
    expect(other.body['execution_id']).not.toBe(first.body['execution_id']);
  });

  it('is answered by the rule that refused it', async () => {
    const service = gateway.takeCommands(
      refusedReply('workflow.already_exists', 'conflict', 'a workflow with this id exists'),
    );
    const reply = await send('POST', '/api/workflows', { id: 'mine', name: 'Mine' });
    service.stop();

    expect(reply).toMatchObject({ status: 400, body: { code: 'workflow.already_exists', instance: '/api/workflows' } });
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
  });

  it('is answered with 503 when no command service answers', async () => {
    const reply = await send('DELETE', '/api/workflows/mine');

    expect(reply).toMatchObject({ status: 503, body: { code: 'command.outcome_unknown' } });
    expect(reply.headers.get('retry-after')).toBe('1');
  });
});

describe('a request in a wrong state', () => {
  it('is refused in the words that clients know', async () => {
    const service = gateway.takeCommands(
      refusedReply('execution.has_ended', 'conflict', 'over', { state: 'completed' }),
    );
    const reply = await send('POST', '/api/executions/exec-0123456789ab/pause');
    service.stop();

    expect(reply).toMatchObject({ status: 400, body: { detail: 'Cannot pause execution in state completed' } });
  });
});

describe('a message for agents', () => {
  const inject = (body: object, headers: Readonly<Record<string, string>> = {}) =>
    send('POST', '/api/executions/exec-0123456789ab/inject', body, headers);

  it('is one message however often its request comes, by a user unless it says otherwise', async () => {
    const service = gateway.takeCommands(RECORDED);
    const key = { 'idempotency-key': 'say it' };
    const reply = await inject({ message: 'Look at the tests' }, key);
    await inject({ message: 'Look at the tests' }, key);
    await inject({ message: 'Stop', role: 'system' });
    service.stop();

    const executionId = 'exec-0123456789ab';
    expect(reply).toMatchObject({ status: 200, body: { success: true, execution_id: executionId, error: null } });
    expect(service.taken).toMatchObject([
      { 'orchestration.InjectMessage': { executionId, role: 'user', message: 'Look at the tests' } },
      { 'orchestration.InjectMessage': { executionId, role: 'user', message: 'Look at the tests' } },
      { 'orchestration.InjectMessage': { executionId, role: 'system', message: 'Stop' } },
    ]);
    expect(service.taken[1]).toEqual(service.taken[0]);
  });

  it('is refused with its field when it is empty, too large, or of nobody', async () => {
    for (const [field, body] of [
      ['message', { message: '' }],
      ['message', { message: 'é'.repeat(32 * 1024 + 1) }],
      ['message', { message: 'a\u0000b' }],
      ['message', {}],
      ['role', { message: 'x', role: 'assistant' }],
    ] as const) {
      await expect(inject(body)).resolves.toMatchObject({ status: 422, body: { errors: [{ field }] } });
    }
  });

  it('is refused where agents take none', async () => {
    const service = gateway.takeCommands(
      refusedReply('execution.takes_no_messages', 'conflict', 'agents of the provider command take no messages'),
    );
    const reply = await inject({ message: 'x' });
    service.stop();

    expect(reply).toMatchObject({ status: 409, body: { code: 'execution.takes_no_messages' } });
    expect(JSON.stringify(reply.body)).toContain('provider command');
  });
});

describe('a budget', () => {
  it('of a start is a limit in dollars', async () => {
    const service = gateway.takeCommands(RECORDED);
    const reply = await send('POST', '/api/workflows/mine/execute', '{"max_budget_usd": 0.25}');
    service.stop();

    expect(reply.status).toBe(200);
    expect(service.taken.at(-1)).toMatchObject({ 'orchestration.StartExecution': { maxBudgetUsd: '0.25' } });
  });

  it('is changed limit by limit', async () => {
    const service = gateway.takeCommands(RECORDED);
    const body = '{"usd": 2.5, "tokens": null, "on_exceeded": "cancel"}';
    const reply = await send('POST', '/api/executions/exec-0123456789ab/budget', body);
    service.stop();

    expect(reply.status).toBe(200);
    expect(service.taken.at(-1)).toMatchObject({
      'orchestration.ChangeBudget': {
        limits: [
          { kind: 'usd', limit: '2.5', onExceeded: 'cancel' },
          { kind: 'tokens', limit: null, onExceeded: 'cancel' },
        ],
      },
    });
  });

  it.each([
    ['workflows/mine/execute', '{"max_budget_usd": 0}', 'max_budget_usd'],
    ['workflows/mine/execute', '{"max_budget_usd": 1000001}', 'max_budget_usd'],
    ['executions/exec-0123456789ab/budget', '{"tokens": 1.5}', 'tokens'],
    ['executions/exec-0123456789ab/budget', '{"wall_seconds": -1}', 'wall_seconds'],
    ['executions/exec-0123456789ab/budget', '{}', 'usd'],
  ])('of %s is refused as %s, with the field', async (path, body, field) => {
    await expect(send('POST', `/api/${path}`, body)).resolves.toMatchObject({
      status: 422,
      body: { errors: [expect.objectContaining({ field })] },
    });
  });
});

describe('a YAML workflow', () => {
  const asYaml = { 'content-type': 'application/yaml' };
  const yaml = 'id: doc\nname: Doc\nphases:\n  - {id: plan, name: Plan, order: 1, prompt_template: go}\n';

  it('is created under what the query calls it', async () => {
    const service = gateway.takeCommands(RECORDED);
    const reply = await send('POST', '/api/workflows/from-yaml?workflow_id=other', yaml, asYaml);
    service.stop();

    expect(reply).toMatchObject({ status: 201, body: { id: 'other', name: 'Doc' } });
  });

  it('is refused with field, line and column', async () => {
    const reply = await send('POST', '/api/workflows/from-yaml', yaml.replace('name: Plan', 'nam: Plan'), asYaml);

    expect(reply).toMatchObject({
      status: 422,
      body: {
        code: 'request.invalid',
        errors: expect.arrayContaining([expect.objectContaining({ field: 'phases[0].nam', line: 4 })]) as unknown,
      },
    });
  });
});

describe('a repository with credentials', () => {
  const url = 'https://ada:secret@github.com/o/r';

  it.each([
    ['repository_url', '/api/workflows', { name: 'x', repository_url: url }],
    ['repos[1]', '/api/workflows', { name: 'x', repos: ['o/r', url] }],
    ['repos[0]', '/api/workflows/any/execute', { repos: ['HTTPS://token@github.com/o/r'] }],
  ])('is refused by the name of its field, %s, and not repeated', async (field, path, body) => {
    const reply = await send('POST', path, body);

    expect(reply).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(reply)).not.toMatch(/secret|token@/);
  });

  it('is refused in YAML with its line', async () => {
    const yaml = `id: doc\nname: Doc\nrepository:\n  url: ${url}\nphases:\n  - {id: p, name: P, order: 1}\n`;
    const reply = await send('POST', '/api/workflows/from-yaml', yaml, { 'content-type': 'application/yaml' });

    expect(reply).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining([expect.objectContaining({ field: 'repository.url', line: 4 })]) as unknown,
      },
    });
    expect(JSON.stringify(reply)).not.toContain('secret');
  });
});

describe('a malformed request', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const large = JSON.stringify('x'.repeat(1_100_000));
  const years = '/api/sessions?started_after=0000-01-01T00:00:00Z';
  const cancel = '/api/executions/exec-0123456789ab/cancel';
  type Malformed = [what: string, sent: Parameters<typeof send>, status: number, code: string];

  it.each<Malformed>([
    ['broken JSON', ['POST', '/api/workflows', '{'], 400, 'request.malformed'],
    ['a form', ['POST', '/api/workflows', 'name=x', FORM], 415, 'request.unsupported_content'],
    ['JSON where YAML belongs', ['POST', '/api/workflows/from-yaml', '{}'], 415, 'request.unsupported_content'],
    ['a body that is too large', ['POST', '/api/workflows', large], 413, 'request.too_large'],
    ['no address', ['GET', '/api/nothing'], 404, 'request.not_found'],
    ['an unknown field', ['POST', '/api/workflows', '{"name":"x","nam":1}'], 422, 'request.invalid'],
    ['a prototype', ['POST', '/api/workflows', '{"name":"x","__proto__":{"a":1}}'], 422, 'request.invalid'],
    [
      'a prototype among inputs',
      ['POST', '/api/workflows/mine/execute', '{"inputs":{"__proto__":"x"}}'],
      422,
      'request.invalid',
    ],
    ['a year that no store knows', ['GET', years], 422, 'request.invalid'],
    ['a bad page', ['GET', '/api/workflows?page=0'], 422, 'request.invalid'],
    ['another site', ['GET', '/api/workflows', undefined, { 'sec-fetch-site': 'cross-site' }], 403, 'request.foreign'],
    ['another origin', ['POST', cancel, undefined, { origin: 'http://evil.example' }], 403, 'request.foreign'],
  ])('(%s) is refused with a code', async (_, sent, status, code) => {
    const reply = await send(...sent);

    expect(reply).toMatchObject({ status, body: { status, code, type: `/api/docs#${code}` } });
  });

  it('is told every fault at once', async () => {
    const reply = await send('POST', '/api/workflows', '{"phases":[{"name":""}],"workflow_type":7,"extra":1}');

    expect((reply.body['errors'] as Json[]).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['name', 'workflow_type', 'phases[0].name', 'extra']),
    );
    expect(reply.body['detail']).toContain('workflow_type');
  });
});
