import { useGateway } from './gateway.fixture';

const gateway = useGateway();

/** Sends a request, and answers the command that it becomes. */
async function send(method: string, path: string, body?: object) {
  const service = gateway.takeCommands();
  const reply = await gateway.call(method, `/api${path}`, { body });
  service.stop();
  return { ...reply, commands: service.taken.flatMap((taken) => Object.values(taken)) };
}

describe('a workflow as clients send it that read packages themselves', () => {
  const phase = { name: 'One', order: 1, prompt_template: 'x' };

  it('has phases as documents spell them', async () => {
    const { status, commands } = await send('POST', '/workflows', {
      name: 'Package',
      phases: [
        {
          ...phase,
          id: 'one',
          input_artifacts: ['text'],
          output_artifacts: ['markdown'],
          tools: ['Read'],
          prompt_file: 'phases/one.md',
          timeout_seconds: null,
          max_tokens: null,
          model: null,
        },
      ],
    });

    expect(status).toBe(201);
    expect(commands).toMatchObject([
      {
        phases: [
          { phaseId: 'one', inputArtifactTypes: ['text'], outputArtifactTypes: ['markdown'], allowedTools: ['Read'] },
        ],
      },
    ]);
  });

  it('may name a model with its agent', async () => {
    const agent = (model: string) => ({ provider: 'claude', model });
    const { commands } = await send('POST', '/workflows', {
      name: 'Models',
      agent: agent('shared'),
      phases: [
        phase,
        { ...phase, order: 2, agent: agent('own') },
        { ...phase, order: 3, model: 'first', agent: agent('own') },
      ],
    });

    expect(commands).toMatchObject([{ phases: [{ model: 'shared' }, { model: 'own' }, { model: 'first' }] }]);
  });

  it('has a type of its own, which is custom here', async () => {
    const { status, body } = await send('POST', '/workflows', {
      name: 'Free',
      workflow_type: 'code-quality',
      classification: 'huge',
      phases: [phase],
    });

    expect({ status, body }).toMatchObject({
      status: 201,
      body: { workflow_type: 'custom', classification: 'standard' },
    });
  });

  it('is refused where the text of a file is missing', async () => {
    const { status, body } = await send('POST', '/workflows', {
      name: 'File',
      phases: [{ name: 'One', prompt_file: 'one.md' }],
    });

    expect({ status, body }).toMatchObject({ status: 422, body: { field: 'phases[0].prompt_file' } });
  });
});

it.each(['pending', 'paused,pending', 'running, interrupted'])('sessions can be listed by %s', async (statuses) => {
  await expect(send('GET', `/sessions?statuses=${encodeURIComponent(statuses)}`)).resolves.toMatchObject({
    status: 200,
  });
});

describe('a method that a known path does not have', () => {
  it.each([
    ['PATCH', '/workflows/any', 'DELETE, GET'],
    ['DELETE', '/v1/executions?page=2', 'GET'],
    ['PUT', '/executions/any/pause', 'POST'],
  ])('%s %s is refused with those that it has', async (method, path, allowed) => {
    const { status, headers, body } = await send(method, path, {});

    expect({ status, body }).toMatchObject({ status: 405, body: { code: 'request.method_not_allowed' } });
    expect(headers.get('allow')).toBe(allowed);
  });

  it('is no matter at an unknown path', async () => {
    await expect(send('PATCH', '/workflow/any')).resolves.toMatchObject({
      status: 404,
      body: { code: 'request.not_found' },
    });
  });
});

describe('a web page of a configured origin', () => {
  const ORIGIN = 'http://localhost:5173';
  const page = (origin: string) => ({ origin, 'sec-fetch-site': 'same-site' });

  it('may use the API, and others may not', async () => {
    const url = await gateway.start({ ALLOWED_ORIGINS: `https://ours.example, ${ORIGIN}` });
    const preflight = await fetch(`${url}/api/workflows`, {
      method: 'OPTIONS',
      headers: {
        ...page(ORIGIN),
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    const read = await fetch(`${url}/api/workflows`, { headers: page(ORIGIN) });
    const foreign = await fetch(`${url}/api/workflows`, { headers: page('http://localhost:3000') });

    expect([preflight.status, read.status, foreign.status]).toEqual([204, 200, 403]);
    for (const { headers } of [preflight, read]) expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('health tells the state of the subscription', async () => {
  await expect(send('GET', '/health')).resolves.toMatchObject({ body: { subscription: { status: 'healthy' } } });
});
