import { shell, usePlatform, workflow, type Reply } from '@syntropic/e2e';

const platform = usePlatform();

/** Requests as a client repeats them after a lost reply: under the same key. */
const REQUESTS: readonly (readonly [string, (key: Readonly<Record<string, string>>) => Promise<Reply>])[] = [
  [
    'creating a workflow',
    (key) =>
      platform.post('/api/workflows/from-yaml', workflow('created', shell('true')), {
        ...key,
        'content-type': 'application/yaml',
      }),
  ],
  ['starting an execution', (key) => platform.post('/api/workflows/started/execute', {}, key)],
  [
    'changing a phase',
    (key) => platform.send('PUT', '/api/workflows/started/phases/phase-1', { prompt_template: 'new' }, key),
  ],
];

/** The fields that a repeated request must return unchanged. */
const stableParts = ({ status, headers, body }: Reply) => ({ status, body, position: headers.get('x-position') });

describe('a command whose reply was lost', () => {
  beforeAll(() => platform.createWorkflow(workflow('started', shell('true'))));

  it.each(REQUESTS)(
    '%s: sent again it gets its first answer, also after a restart of the service',
    async (action, send) => {
      const key = { 'idempotency-key': action };
      const first = await send(key);
      expect(first.status).toBeLessThan(300);

      expect(stableParts(await send(key))).toEqual(stableParts(first));
      await platform.kill('command-service');
      expect(stableParts(await send(key))).toEqual(stableParts(first));
    },
  );

  it('is carried out once when the service dies meanwhile', async () => {
    const key = { 'idempotency-key': 'in-flight' };
    const sent = Array.from({ length: 5 }, () => platform.post('/api/workflows/started/execute', {}, key));
    await platform.kill('command-service');
    const replies = [...(await Promise.all(sent)), await platform.post('/api/workflows/started/execute', {}, key)];

    const ids = new Set(replies.filter(({ status }) => status === 200).map(({ body }) => JSON.stringify(body)));
    expect(ids.size).toBe(1);
    expect(replies.at(-1)?.status).toBe(200);
  });

  it('is refused when it is another command under the same key', async () => {
    const change = (prompt: string) =>
      platform.send(
        'PUT',
        '/api/workflows/started/phases/phase-1',
        { prompt_template: prompt },
        { 'idempotency-key': 'reused' },
      );
    const { headers } = await change('one');

    expect(await change('another')).toMatchObject({ status: 409, body: { code: 'command.id_reused' } });
    const { body } = await platform.get('/api/workflows/started', {
      'x-min-position': headers.get('x-position') ?? '',
    });
    expect(body).toMatchObject({ phases: [expect.objectContaining({ prompt_template: 'one' })] });
  });
});
