import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { Api } from './api';
import { framesOf } from './event-stream';
import { lineOf } from './frame-line';

/** A workflow of this folder. */
type Example = Readonly<{ workflow: string; file: string; provider: string }>;

/** Plain programs on a repository. */
export const EXAMPLE: Example = { workflow: 'repository-report', file: 'example.yaml', provider: 'command' };

/** Claude on a repository. */
export const CLAUDE_EXAMPLE: Example = {
  workflow: 'repository-review',
  file: 'example-claude.yaml',
  provider: 'claude',
};

type DemoOptions = Readonly<{ repository: string; say: (line: string) => void }>;

const Started = z.object({ execution_id: z.string() });
const Finished = z.object({
  status: z.string(),
  total_duration_seconds: z.number(),
  artifact_ids: z.array(z.string()),
});
const Artifact = z.object({
  id: z.string(),
  title: z.string().nullable(),
  phase_id: z.string().nullable(),
  size_bytes: z.number(),
});

/** True once a key was made. */
export const needsKey = async (url: string): Promise<boolean> =>
  (await new Api(url).request('/api/workflows')).status === 401;

/** Runs the example workflow on a repository of this machine, and prints its events as they happen. */
export async function runDemo(url: string, example: Example, { repository, say }: DemoOptions): Promise<void> {
  const { workflow, provider } = example;
  const api = new Api(url);
  await ensureWorkflow(api, example);
  const inputs = { source: pathToFileURL(repository).href };
  const answer = await api.post(
    `/api/workflows/${workflow}/execute`,
    'application/json',
    JSON.stringify({ inputs, provider }),
  );
  const { execution_id: id } = Started.parse(answer);

  say(`the example: workflow ${workflow}, execution ${id}`);
  const stream = framesOf((headers) => api.request(`/api/executions/${id}/stream`, { headers }));
  for await (const frame of stream) say(lineOf(frame, new Date()));
  await report(api, { id, workflow }, say);
}

async function ensureWorkflow(api: Api, { workflow, file }: Example): Promise<void> {
  if (await api.exists(`/api/workflows/${workflow}`)) return;
  const yaml = await readFile(join(__dirname, file), 'utf8');
  await api.post('/api/workflows/from-yaml', 'application/yaml', yaml);
}

type Execution = Readonly<{ id: string; workflow: string }>;

async function report(api: Api, { id: execution, workflow }: Execution, say: DemoOptions['say']): Promise<void> {
  const { status, total_duration_seconds, artifact_ids } = Finished.parse(
    await api.get(`/api/executions/${execution}`),
  );
  say(
    `the example is ${status} after ${total_duration_seconds.toFixed(1)} s and left ${artifact_ids.length} artifacts:`,
  );
  const listed = z.array(Artifact).parse(await api.get(`/api/artifacts?workflow_id=${workflow}&limit=200`));
  for (const { id, title, phase_id, size_bytes } of listed.filter((each) => artifact_ids.includes(each.id))) {
    say(`  ${title ?? phase_id ?? id} (${size_bytes} bytes)  ${api.addressOf(`/api/artifacts/${id}/content`)}`);
  }
}
