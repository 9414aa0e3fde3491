import { eventually, folderBeside, isInstalled, useModels } from '@syntropic/testing';
import { recordingsFolder } from '@syntropic/telemetry/testing';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ContractAnswers } from './contract-answers';
import { EMPTY_FIELDS } from './contract-empty-fields';
import {
  COMMITTED,
  deliveryHeaders,
  EXAMPLE,
  LONG,
  LONG_WORKFLOW,
  REMOVALS,
  REPOSITORIES,
  REPOSITORY,
  RULE,
  RUNS,
  UNASSIGNED,
} from './contract-inputs';
import { ContractRun, isStream, namesIn } from './contract-run';
import { useGithub } from './github-server';
import { usePlatform } from './platform';
import { replay, simulated, workflow } from './workflows';

const folder = folderBeside(__dirname, 'shared/reference');
const recordings = recordingsFolder(__dirname);
const ROOT = join(__dirname, '../..');

const isThere = folder !== undefined && recordings !== undefined;
const describeWithContract = isThere ? describe : describe.skip;
const title = `the contract of the reference platform${isThere ? '' : ' (skipped: it is not beside this repository)'}`;

describeWithContract(title, () => {
  const models = useModels();
  const github = useGithub('acme');
  const platform = usePlatform({
    environment: () => ({
      ...github.environment(),
      SYN_RECORDINGS_DIR: recordings ?? '',
      ANTHROPIC_BASE_URL: models().url,
      ANTHROPIC_API_KEY: 'key',
    }),
  });
  const answers = new ContractAnswers(platform, () => folder ?? '');
  const run = new ContractRun(platform, answers);
  const call = answers.call.bind(answers);

  it('the API document has everything that the contract has', () => {
    const check = join(folder ?? '', '../tools/contract-check.mjs');
    const { stdout } = spawnSync(process.execPath, [check, platform.url, '--verbose'], { encoding: 'utf8' });
    expect(stdout).toMatch(/^88 of 88 operations, (\d+) of \1 checks\n$/);
  });

  it('organizations, systems and repositories are created and changed', async () => {
    const organization_id = run.note(
      'organization_id',
      await call('POST /api/organizations', { body: { name: 'Acme', slug: 'acme', created_by: 'ada' } }),
    );
    const params = { organization_id };
    await call('PUT /api/organizations/{organization_id}', { params, body: { name: 'Acme Ltd', slug: 'acme-ltd' } });
    const system = { organization_id, name: 'Shop', description: 'sells', created_by: 'ada' };
    const system_id = run.note('system_id', await call('POST /api/systems', { body: system }));
    await call('PUT /api/systems/{system_id}', { params: { system_id }, body: { name: 'The shop' } });
    const names = { provider_repo_id: '7', installation_id: '11', created_by: 'ada' };
    for (const full_name of REPOSITORIES) {
      github.server().create(full_name, { main: { 'README.md': full_name } });
      const body = { organization_id, full_name, ...names };
      const params = { repo_id: run.note('repo_id', await call('POST /api/repos', { body })) };
      if (full_name !== UNASSIGNED) await call('POST /api/repos/{repo_id}/assign', { params, body: { system_id } });
    }
    const repo_id = run.first('repo_id');
    const change = { is_private: true, updated_by: 'ada' };
    await call('PUT /api/repos/{repo_id}', { params: { repo_id }, body: change });
  });

  it('the example and two recordings run', async () => {
    const example = readFileSync(join(ROOT, 'tools/stack/demo/example.yaml'), 'utf8');
    await call('POST /api/workflows/validate', { body: { content: example } });
    await call('POST /api/workflows/validate', { body: { content: 'name: none' } });
    await run.fromYaml(example);
    const reported = await run.start(EXAMPLE, { inputs: { source: pathToFileURL(ROOT).href } });
    for (const recording of ['multi-tool', 'subagent-concurrent'])
      await run.fromYaml(workflow(recording, replay(recording)));
    const replayed = [await run.start('multi-tool'), await run.start('subagent-concurrent', { task: 'Say it' })];
    for (const id of [reported, ...replayed]) await platform.reaches(id, 'completed', 120_000);
  });

  it('an execution is paused, resumed and cancelled, and another one fails', async () => {
    const workflow_id = run.note('workflow_id', await call('POST /api/workflows', { body: LONG_WORKFLOW }), 'id');
    const long = await platform.get(`/api/workflows/${workflow_id}`);
    const [phase] = z.object({ phases: z.array(z.object({ phase_id: z.string() })) }).parse(long.body).phases;
    await call('PUT /api/workflows/{workflow_id}/phases/{phase_id}', {
      params: { workflow_id, phase_id: phase?.phase_id ?? '' },
      body: {
        prompt_template: 'Work hard on {{what}}',
        model: 'sonnet',
        allowed_tools: ['Read'],
        timeout_seconds: 600,
      },
    });
    const execution_id = await run.start(workflow_id);
    const params = { execution_id };
    await platform.reaches(execution_id, 'running');
    await call('GET /api/workflows/executions/active');
    await call('POST /api/executions/{execution_id}/pause', { params, body: { reason: 'lunch' } });
    await platform.reaches(execution_id, 'paused');
    await call('POST /api/executions/{execution_id}/resume', { params });
    await platform.reaches(execution_id, 'running');
    await call('POST /api/executions/{execution_id}/cancel', { params, body: { reason: 'enough' } });
    await platform.reaches(execution_id, 'cancelled');

    await run.fromYaml(workflow('failing', simulated('turns: 2, delay_ms: 1, fail: true')));
    await platform.reaches(await run.start('failing'), 'failed');
  });

  const hasClaude = isInstalled('claude');
  /** Without Claude Code no agent reads messages, and none commits. */
  const isExpected = (field: string) => hasClaude || !/\/inject |\.operations\[\]\.git/.test(field);
  const withClaude = hasClaude ? it : it.skip;
  withClaude('an agent at work gets a message', async () => {
    const tools = [{ name: 'Bash', input: { command: `sleep 0.2; echo '${COMMITTED}'`, description: 'works' } }];
    models().answer(({ body }) => (JSON.stringify(body).includes('lighthouse') ? { text: 'Done.' } : { tools }));
    await run.fromYaml(
      workflow('attentive', 'agent: {provider: claude, model: claude-sonnet-5-5}\nprompt_template: Work'),
    );
    const execution_id = await run.start('attentive');
    await eventually(() => models().requests.length > 1);
    const body = { message: 'Look at the lighthouse' };
    await call('POST /api/executions/{execution_id}/inject', { params: { execution_id }, body });
    await platform.reaches(execution_id, 'completed');
  });

  it('triggers are registered, changed and fired by deliveries of GitHub', async () => {
    const deliver = (event: string, payload: object, id = event) => {
      const body = JSON.stringify(payload);
      const headers = deliveryHeaders(event, id, body);
      return call('POST /api/webhooks/github', { body, headers });
    };
    const account = { id: 3, login: 'acme', type: 'Organization' };
    const repositories = [{ id: 7, full_name: REPOSITORY, private: true }];
    await deliver('installation', { action: 'created', installation: { id: 11, account }, repositories });

    await run.fromYaml(workflow('heal', simulated('turns: 1, delay_ms: 1')));
    const trigger_id = run.note('trigger_id', await call('POST /api/triggers', { body: RULE }));
    await call('PATCH /api/triggers/{trigger_id}', { params: { trigger_id }, body: { name: 'Heal it' } });
    await call('PATCH /api/triggers/{trigger_id}', { params: { trigger_id }, body: { action: 'pause' } });
    await call('PATCH /api/triggers/{trigger_id}', { params: { trigger_id }, body: { action: 'resume' } });
    const check_run = { conclusion: 'failure', name: 'unit', pull_requests: [{ number: 5 }] };
    const failure = { action: 'completed', check_run, repository: { full_name: REPOSITORY } };
    await deliver('check_run', failure);
    const execution_id = await eventually(async () => {
      const { entries } = await call('GET /api/triggers/history');
      return z.tuple([z.object({ execution_id: z.string().min(1) })]).parse(entries)[0].execution_id;
    });
    run.note('execution_id', { execution_id });
    await platform.reaches(execution_id, 'completed', 120_000);
    await deliver('check_run', failure, 'over the daily limit'.replaceAll(' ', '-'));

    const preset = await call('POST /api/triggers/presets/{preset_name}', {
      params: { preset_name: 'self-healing' },
      body: { repository: REPOSITORY, workflow_id: 'heal' },
    });
    run.note('trigger_id', preset);
  });

  it('executions on the repositories complete and fail', async () => {
    await run.fromYaml(workflow('dear', simulated('turns: 10, delay_ms: 1')));
    for (const [workflow_id, name] of RUNS) {
      const id = await run.start(workflow_id, { repos: [name] });
      await platform.reaches(id, workflow_id === 'failing' ? 'failed' : 'completed');
    }
  });

  it('artifacts are added, changed and given another content', async () => {
    const content = { artifact_type: 'notes', title: 'Notes', content: 'text', content_type: 'text/plain' };
    const body = { ...content, workflow_id: 'multi-tool', phase_id: 'phase-1' };
    const artifact_id = run.note('artifact_id', await call('POST /api/artifacts', { body }), 'id');
    const params = { artifact_id };
    const change = { title: 'My notes', metadata: { stars: 5 }, is_primary_deliverable: true };
    await call('PUT /api/artifacts/{artifact_id}', { params, body: change });
    const form = new FormData();
    form.append('file', new Blob(['other']), 'notes.md');
    await call('POST /api/artifacts/{artifact_id}/upload', { params, body: form });
  });

  it('every read answers as the contract says, with no field empty that the run has filled', async () => {
    const [execution_id, stop] = [await run.start(LONG, { repos: [REPOSITORY] }), new AbortController()];
    await platform.reaches(execution_id, 'running');
    const streams = ['/api/sse/activity', `/api/executions/${execution_id}/stream`];
    const watching = await Promise.all(streams.map((path) => fetch(`${platform.url}${path}`, { signal: stop.signal })));
    await eventually(async () => {
      answers.forgetReads();
      await run.readAll();
      expect([...answers.empty].filter(isExpected).sort()).toEqual(Object.keys(EMPTY_FIELDS).filter(isExpected).sort());
    });
    stop.abort();
    expect(watching.map(({ status }) => status)).toEqual([200, 200]);
    await call('POST /api/executions/{execution_id}/cancel', { params: { execution_id } });
    await platform.reaches(execution_id, 'cancelled');
  });

  it('what was created is deleted', async () => {
    for (const trigger_id of run.idsOf('trigger_id')) {
      await call('DELETE /api/triggers/{trigger_id}', { params: { trigger_id } });
    }
    const [first, ...others] = run.idsOf('repo_id');
    await call('POST /api/repos/{repo_id}/unassign', { params: { repo_id: first ?? '' } });
    for (const repo_id of others) await call('DELETE /api/repos/{repo_id}', { params: { repo_id } });
    for (const operation of REMOVALS) {
      const [name = ''] = namesIn(operation);
      await call(operation, { params: { [name]: name === 'workflow_id' ? 'failing' : run.first(name) } });
    }
  });

  it('the streams of the contract are streams', async () => {
    for (const operation of answers.operations.filter((operation) => isStream(operation))) {
      const path = operation.replace('GET ', '').replace('{execution_id}', run.first('execution_id'));
      const response = await fetch(`${platform.url}${path}`);
      expect([operation, response.headers.get('content-type')]).toEqual([
        operation,
        'text/event-stream; charset=utf-8',
      ]);
      const frames = await response.body?.getReader().read();
      expect(Buffer.from((frames?.value as Uint8Array | undefined) ?? []).toString()).toContain('data: ');
    }
  });

  it('no operation of the contract is left out', () => {
    const skipped = hasClaude ? [] : ['POST /api/executions/{execution_id}/inject'];
    const called = [...answers.called, ...answers.operations.filter((operation) => isStream(operation)), ...skipped];
    expect([...called].sort()).toEqual([...answers.operations].sort());
  });
});
