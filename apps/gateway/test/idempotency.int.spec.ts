import { randomUUID } from 'node:crypto';
import { API } from '../src/app.module';
import type { Endpoint } from '../src/http/endpoint';
import { endpointsOf } from '../src/http/serve';
import { openApiDocument } from '../src/openapi/openapi-document';
import { anArtifact, anExecutionId, factsOf, workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const endpoints = endpointsOf(API);
const { paths } = openApiDocument(endpoints, '0.0.0');
const named = (endpoint: Endpoint) => `${endpoint.method} ${endpoint.path}`;

/** Changes that send no command, each with what stands for the key. */
const WITHOUT_KEY: Readonly<Record<string, string>> = {
  'POST /workflows/validate': 'it changes nothing',
  'POST /triggers/{trigger_id}/test': 'it changes nothing',
  'POST /executions/{execution_id}/stream-token': 'a token is kept nowhere, and each one is valid',
  'POST /sse/activity/token': 'a token is kept nowhere, and each one is valid',
  'POST /webhooks/github': 'the id of the delivery is its key',
};

const executionId = anExecutionId();
const artifactId = randomUUID();
const PARAMETERS: Readonly<Record<string, string>> = {
  workflow_id: 'kept',
  phase_id: 'plan',
  execution_id: executionId,
  artifact_id: artifactId,
  projection: 'artifact',
  process: 'run-phases',
  dead_letter_id: randomUUID(),
  quarantined_id: randomUUID(),
  key_id: 'key-0123456789ab',
  organization_id: 'org-01234567',
  system_id: 'sys-01234567',
  repo_id: 'repo-01234567',
  trigger_id: 'tr-01234567',
  preset_name: 'self-healing',
};
let written = '';

beforeAll(async () => {
  const { started, queued, phaseStarted } = factsOf(executionId, 'kept');
  await gateway.record('workflow-kept', [workflowCreated('kept')]);
  const content = { uri: `sha256:${'0'.repeat(64)}`, sha256: '0'.repeat(64), sizeBytes: 1 };
  await gateway.record(`artifact-${artifactId}`, [anArtifact(artifactId, executionId, content)], executionId);
  ({ minPosition: written } = await gateway.record(
    `execution-${executionId}`,
    [started, queued, phaseStarted],
    executionId,
  ));
});

async function send({ method, path, file }: Endpoint, key: string): Promise<unknown> {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? name);
  const { content = {} } = paths[`/api${path}`]?.[method.toLowerCase()]?.requestBody ?? {};
  const [[type, { example }] = ['', { example: undefined }]] = Object.entries(content);
  const form = new FormData();
  form.append(file ?? 'file', new Blob(['notes']), 'notes.md');
  const response = await fetch(`${gateway.url}/api${address}`, {
    method,
    headers: {
      'idempotency-key': key,
      'x-min-position': written,
      ...(file === undefined && type !== '' && { 'content-type': type }),
    },
    ...(type !== '' && {
      body: file === undefined ? (typeof example === 'string' ? example : JSON.stringify(example)) : form,
    }),
  });
  return { status: response.status, answer: await response.json() };
}

const changes = endpoints.filter(({ method }) => method !== 'GET');

it('the changes without a key are those that need none', () => {
  expect(changes.map(named)).toEqual(expect.arrayContaining(Object.keys(WITHOUT_KEY)));
});

it.each(changes.filter((change) => !(named(change) in WITHOUT_KEY)).map((change) => [named(change), change] as const))(
  '%s is the same command when it comes again with its key',
  async (name, endpoint) => {
    const service = gateway.takeCommands({ position: 1, version: 1, done: true });
    const first = await send(endpoint, name);
    const sent = service.commandIds.length;
    const again = await send(endpoint, name);
    service.stop();

    expect([first, sent > 0]).toEqual([first, true]);
    expect(service.commandIds.slice(sent)).toEqual(service.commandIds.slice(0, sent));
    expect(again).toEqual(first);
  },
);
