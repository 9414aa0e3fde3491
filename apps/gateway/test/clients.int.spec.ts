import { useGateway } from './gateway.fixture';

const gateway = useGateway();

type Json = Readonly<Record<string, unknown>>;

/** Sends a request, and answers the command that it becomes. */
async function send(method: string, path: string, body?: object) {
  const commands: Json[] = [];
  const stop = gateway.answer((_, data) => {
    commands.push(data as Json);
    return { position: 1, version: 1 };
  });
  const reply = await fetch(`${gateway.url}/api${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  stop();
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Json, commands };
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
