import { createPool } from '@syntropic/postgres';
import { repriceStore } from '@syntropic/telemetry';
import { eventually, useModels } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { usePlatform } from './platform';
import { simulated, workflow } from './workflows';

const models = useModels();
const platform = usePlatform({
  environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'the-secret' }),
});

/** An agent that makes one model call, which costs 0.006 dollars at the price table. */
const CALLER = `
const { request } = require('node:http');
const body = JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 2000, messages: [{ role: 'user', content: 'Hi' }] });
const to = { socketPath: '/run/syntropic/runner.sock', path: '/anthropic/v1/messages', method: 'POST' };
request({ ...to, headers: { 'content-type': 'application/json' } }, (answer) => answer.resume()).end(body);`;
const caller = `agent: {provider: command, command: [node, -e, ${JSON.stringify(CALLER)}]}`;

/** All answers with the cost of an execution, of its workflow or of its session. */
async function costsOf(executionId: string, workflowId: string): Promise<readonly unknown[]> {
  const { phases, total_cost_usd } = await platform.execution(executionId);
  const session = phases[0]?.session_id ?? '';
  const bodies = await Promise.all(
    [
      ...[`/sessions/${session}`, `/costs/sessions/${session}`, `/costs/executions/${executionId}`],
      ...[`/observability/sessions/${session}/tokens`, `/metrics?workflow_id=${workflowId}`],
    ].map(async (path) => (await platform.get(`/api${path}`)).body as Readonly<{ total_cost_usd: string }>),
  );
  return [total_cost_usd, phases[0]?.['cost_usd'], ...bodies.map((body) => body.total_cost_usd)];
}

const cost = async (executionId: string, workflowId: string, expected: string) =>
  eventually(async () => {
    expect(await costsOf(executionId, workflowId)).toEqual(Array(7).fill(expected));
    return true;
  });

it('a change of prices reaches ended sessions on all paths, also when the service dies, and goes back with the table', async () => {
  models().answer(() => ({ text: 'Hello', usage: { inputTokens: 1_000, outputTokens: 1_000 } }));
  await platform.createWorkflow(workflow('caller', caller));
  await platform.createWorkflow(workflow('teller', simulated('turns: 1')));
  const [called, told] = [await platform.execute('caller'), await platform.execute('teller')];
  await platform.reaches(called, 'completed');
  const { total_cost_usd: own } = await platform.reaches(told, 'completed');
  await cost(called, 'caller', '0.006');

  const pool = createPool(platform.server('postgres').url ?? '', { max: 1 });
  // The agent that reports its own cost has told of a call, too.
  const atAnother = { version: 'another table', price: () => '1.5' };
  await expect(repriceStore(pool, atAnother)).resolves.toMatchObject({ calls: 2 });
  await pool.end();
  await platform.kill('command-service');
  await cost(called, 'caller', '1.5');
  await cost(told, 'teller', own);

  const admin = ['dist/tools/admin/main.js', 'reprice-telemetry', '--data-dir', platform.dataDirectory];
  const { stdout } = await promisify(execFile)(process.execPath, admin);
  expect(stdout).toContain('2 calls of other price tables: the cost of 2 has changed');
  await cost(called, 'caller', '0.006');
});
