import { LocalObjectStorage } from '@syntropic/object-storage';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { API } from '../src/app.module';
import { endpointsOf } from '../src/http/serve';
import { anArtifact, anExecutionId, factsOf, workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const endpoints = endpointsOf(API);
const executionId = anExecutionId();
const facts = factsOf(executionId, 'documented');
const artifactId = randomUUID();
const letterId = randomUUID();
const yaml = 'id: doc\nname: Doc\nphases:\n  - {id: plan, name: Plan, order: 1, prompt_template: go}\n';

const json = (body: object) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

function aForm(): FormData {
  const form = new FormData();
  form.append('file', new Blob(['notes']), 'notes.md');
  return form;
}

/** Values for the parameters of addresses, and the bodies of requests that have one. */
const NAMES: Readonly<Record<string, string>> = {
  workflow_id: 'documented',
  phase_id: 'plan',
  execution_id: executionId,
  session_id: facts.sessionId,
  artifact_id: artifactId,
  projection: 'artifact',
  process: 'run-phases',
  dead_letter_id: letterId,
};
const CARRIED: Readonly<Record<string, object>> = {
  'POST /workflows': json({ id: 'mine', name: 'Mine' }),
  'POST /workflows/validate': json({ content: yaml }),
  'POST /workflows/from-yaml': { body: yaml, headers: { 'content-type': 'application/yaml' } },
  'POST /artifacts': json({ workflow_id: 'documented', artifact_type: 'notes', title: 'Notes', content: 'text' }),
  'PUT /artifacts/{artifact_id}': json({ title: 'Notes' }),
  'POST /artifacts/{artifact_id}/upload': { body: aForm() },
  'PUT /workflows/{workflow_id}/phases/{phase_id}': json({ prompt_template: 'go' }),
  'POST /operator/projections/{projection}/park': json({ position: 1, reason: 'not ours' }),
  'POST /operator/processes/{process}/park': json({ position: 1, reason: 'not ours' }),
};

/** Signed requests are answered to their sender alone: they have specs of their own. */
const answering = endpoints.flatMap(({ reply, ...declared }) =>
  reply === 'event-stream' || 'signed' in declared ? [] : [{ body: undefined, ...declared, reply }],
);

/** Whether this spec has what the address names, and a body. Endpoints without are asked for something by their own specs. */
const hasTarget = (method: string, path: string, body: z.ZodType | undefined): boolean =>
  [...path.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => name in NAMES) &&
  (!body || body.safeParse(undefined).success || `${method} ${path}` in CARRIED);

/** What requests need in the query. */
const QUERIES: Readonly<Record<string, string>> = { '/conversations/search': '?q=commit' };

const addressOf = (path: string) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => NAMES[name] ?? name) + (QUERIES[path] ?? '');
let written = '';

beforeAll(async () => {
  const { started, queued, phaseStarted, sessionStarted, sessionId } = facts;
  const stored = await new LocalObjectStorage(gateway.objects).put(Buffer.from('notes'));
  await gateway.record('workflow-documented', [workflowCreated('documented')]);
  const completed = facts.sessionCompleted(0);
  const withTranscript = { ...completed, data: { ...completed.data, transcriptUri: stored.uri } };
  await gateway.record(`session-${sessionId}`, [sessionStarted, withTranscript], executionId);
  await gateway.record(`artifact-${artifactId}`, [anArtifact(artifactId, executionId, stored)], executionId);
  const events = [started, queued, phaseStarted];
  ({ minPosition: written } = await gateway.record(`execution-${executionId}`, events, executionId));
  const data = { tool_name: 'git', tool_use_id: 't', input_preview: '{}', operation: 'commit', sha: 'abc' };
  await gateway.observe(
    ...['tool_execution_started', 'tool_execution_completed', 'git_commit', 'agent_output'].map((type) => ({
      id: randomUUID(),
      type,
      time: new Date().toISOString(),
      sessionId,
      executionId,
      phaseId: 'plan',
      data: { ...data, success: true, text: 'said' },
    })),
  );
  gateway.answer(() => ({ position: 1, version: 1, done: true }));
});

/** Method and address of every route below `/api`, from the tree that the server prints. */
function served(): readonly string[] {
  const parents: string[] = [];
  return gateway
    .routes()
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', segment, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
      if (segment === undefined) return [];
      const depth = indent.length / 4;
      parents.splice(depth, Infinity, segment);
      const path = parents.join('').replace(/:(\w+)/g, '{$1}');
      return (methods?.split(', ') ?? []).filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`);
    });
}

describe('the documentation', () => {
  const TYPES: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript', png: 'image/png' };

  it.each(['/', '/api/docs', '/api/v1/docs'])('at %s loads its own files only', async (path) => {
    const response = await fetch(`${gateway.url}${path}`);
    const page = await response.text();
    const files = [...page.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');

    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'.*script-src 'self'; style-src 'self'$/,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { status, headers } = await fetch(`${gateway.url}${file}`);
      expect([file, status]).toEqual([file, 200]);
      expect(headers.get('content-type')).toMatch(TYPES[file.split('.').at(-1) ?? ''] ?? 'none');
      expect(headers.get('cache-control')).toContain('immutable');
    }
  });

  it.each(['0123/docs.js', 'current/secret.js', 'current/..%2Fpackage.json'])('has no file %s', async (file) => {
    const page = await (await fetch(`${gateway.url}/api/docs`)).text();
    const version = /assets\/(\w+)\//.exec(page)?.[1] ?? '';
    const response = await fetch(`${gateway.url}/api/docs/assets/${file.replace('current', version)}`);

    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBeNull();
  });
});

describe('the API document', () => {
  it('has what is served under both prefixes, and nothing else', async () => {
    const { paths } = (await (await fetch(`${gateway.url}/api/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = served().filter(
      (route) => route.includes(' /api/') && !/\/(docs|(open|async)api\.json)(\/|$)/.test(route),
    );
    const [newer, plain] = [true, false].map((is) => routes.filter((route) => route.includes(' /api/v1/') === is));

    expect(plain?.sort()).toEqual(documented.sort());
    expect(newer?.map((route) => route.replace('/v1', '')).sort()).toEqual(documented.sort());
  });

  it.each(answering.filter(({ method, path, body }) => !hasTarget(method, path, body)))(
    '$method $path refuses what is missing',
    async ({ method, path }) => {
      const response = await fetch(`${gateway.url}/api${addressOf(path)}`, { method });
      const problem = (await response.json()) as Record<string, unknown>;

      expect([404, 422]).toContain(response.status);
      expect(problem).toMatchObject({ code: expect.any(String) as string, status: response.status });
    },
  );

  it.each(answering.filter(({ method, path, body }) => hasTarget(method, path, body)))(
    '$method $path answers as it says',
    async ({ method, path, status = 200, reply }) => {
      const response = await fetch(`${gateway.url}/api${addressOf(path)}`, {
        method,
        ...CARRIED[`${method} ${path}`],
        ...(method === 'GET' && { headers: { 'x-min-position': written, accept: 'application/json' } }),
      });
      const answer = (await response.json()) as object;

      expect([response.status, answer]).toEqual([status, answer]);
      // Parsing would remove a field that the schema lacks.
      expect(reply.parse(answer)).toEqual(answer);
    },
  );

  it.each(endpoints.filter(({ reply }) => reply === 'event-stream'))(
    '$path is a stream of events',
    async ({ path }) => {
      const stop = new AbortController();
      const response = await fetch(`${gateway.url}/api${addressOf(path)}`, { signal: stop.signal });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      expect(response.headers.get('connection')).toBe('close');
      stop.abort();
    },
  );
});
