import { z } from 'zod';
import type { ContractAnswers, Fields } from './contract-answers';
import type { Platform } from './platform';

export const isStream = (operation: string): boolean => /^GET \/api\/sse\/(activity|executions)/.test(operation);
const isRead = (operation: string) => operation.startsWith('GET ') && !isStream(operation);
export const namesIn = (operation: string): readonly string[] =>
  [...operation.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

const Execution = z.object({
  workflow_id: z.string(),
  phases: z.array(
    z.object({ session_id: z.string().nullable(), status: z.string(), operations: z.array(z.unknown()) }),
  ),
  artifact_ids: z.array(z.string()),
});

/** A run of the platform through the operations of its contract: it knows what was created, and reads all of it. */
export class ContractRun {
  readonly #ids = new Map<string, Set<string>>();
  /** Sessions that run, and those that ended before their agent ran, have no conversation. */
  #withoutTranscript = new Set<string>();

  constructor(
    private readonly platform: Platform,
    private readonly answers: ContractAnswers,
  ) {}

  /** Remembers an id of an answer. Each read is sent for all ids of its kind. */
  note(name: string, fields: Fields, field = name): string {
    const id = z.string().parse(fields[field]);
    this.#ids.set(name, (this.#ids.get(name) ?? new Set()).add(id));
    return id;
  }

  idsOf(name: string): readonly string[] {
    return [...(this.#ids.get(name) ?? [])];
  }

  first(name: string): string {
    return this.idsOf(name)[0] ?? '';
  }

  async start(workflow_id: string, body: object = {}): Promise<string> {
    const operation = 'POST /api/workflows/{workflow_id}/execute';
    return this.note('execution_id', await this.answers.call(operation, { params: { workflow_id }, body }));
  }

  async fromYaml(document: string): Promise<string> {
    const headers = { 'content-type': 'application/yaml' };
    const created = await this.answers.call('POST /api/workflows/from-yaml', { body: document, headers });
    return this.note('workflow_id', created, 'id');
  }

  /** Sends each read once, or once for each id of what it reads. */
  async readAll(): Promise<void> {
    const workflows = await this.#noteExecutions();
    for (const operation of this.answers.operations.filter(isRead)) {
      for (const params of this.#paramsOf(operation, workflows)) await this.answers.call(operation, { params });
    }
    await this.#readFiltered();
  }

  /** Notes the sessions and artifacts of all executions, and answers the workflow of each. */
  async #noteExecutions(): Promise<ReadonlyMap<string, string>> {
    const workflows = new Map<string, string>();
    this.#withoutTranscript = new Set();
    for (const execution_id of this.idsOf('execution_id')) {
      const { body } = await this.platform.get(`/api/executions/${execution_id}`);
      const { workflow_id, phases, artifact_ids } = Execution.parse(body);
      workflows.set(execution_id, workflow_id);
      for (const artifact_id of artifact_ids) this.note('artifact_id', { artifact_id });
      for (const { session_id, status, operations } of phases) {
        if (session_id === null) continue;
        this.note('session_id', { session_id });
        if (status === 'running' || operations.length === 0) this.#withoutTranscript.add(session_id);
      }
    }
    return workflows;
  }

  #paramsOf(operation: string, workflows: ReadonlyMap<string, string>): readonly Readonly<Record<string, string>>[] {
    const [name, second] = namesIn(operation);
    if (name === undefined) return [{}];
    if (second !== undefined)
      return [...workflows].map(([execution_id, workflow_id]) => ({ workflow_id, execution_id }));
    const isMissing = (id: string) => operation.includes('/conversations/') && this.#withoutTranscript.has(id);
    return this.idsOf(name).flatMap((id) => (isMissing(id) ? [] : [{ [name]: id }]));
  }

  /** The reads with queries that fill further fields. */
  async #readFiltered(): Promise<void> {
    const call = this.answers.call.bind(this.answers);
    const [organization, system, repo] = ['organization_id', 'system_id', 'repo_id'].map((name) => this.first(name));
    await call('GET /api/insights/contribution-heatmap', {
      query: `organization_id=${organization ?? ''}&system_id=${system ?? ''}&repo_id=${repo ?? ''}`,
    });
    await call('GET /api/insights/cost', { query: `system_id=${system ?? ''}` });
    await call('GET /api/github/repos', { query: 'installation_id=11' });
    for (const execution_id of this.idsOf('execution_id')) {
      const query = 'include_session_ids=true';
      await call('GET /api/costs/executions/{execution_id}', { params: { execution_id }, query });
    }
  }
}
