import { shell, simulated, usePlatform, workflow } from '@syntropic/e2e';
import { z } from 'zod';
import { useRenewals } from './renewals';

const platform = usePlatform();
const renewalsOf = useRenewals(platform);

const ORDINARY = 10;
const [LEASE_MS, RENEWAL_MS] = [15_000, 3_000];

/** An agent that says the protocol's lines, written by a program. */
const protocol = (
  program: string,
): string => `agent: {provider: command, command: [node, "-"], output: claude-stream-json}
prompt_template: |
${program.replace(/^/gm, '  ')}`;

const SAY = `const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
const call = (model, tokens) => say({ type: 'assistant', session_id: 's', message: { id: 'm-' + model, model, content: [],
  usage: { input_tokens: tokens, output_tokens: tokens, cache_creation_input_tokens: tokens, cache_read_input_tokens: tokens } } });
say({ type: 'system', subtype: 'init', session_id: 's', model: 'claude-haiku-4-5', tools: [] });
`;

/** Agents whose output or files exceed every bound. */
const HOSTILE: Readonly<Record<string, string>> = {
  'many-models': protocol(`${SAY}for (let i = 0; i < 5000; i++) call('model-' + i, 1);`),
  'huge-counts': protocol(`${SAY}for (let i = 0; i < 300; i++) call('model-' + i, Number.MAX_SAFE_INTEGER);`),
  'long-lines': protocol(`for (let i = 0; i < 4; i++) process.stdout.write('x'.repeat(12 * 1024 * 1024) + '\\n');`),
  'deep-lines': protocol(`for (let i = 0; i < 4; i++) process.stdout.write('['.repeat(4 * 1024 * 1024) + '\\n');`),
  'deep-messages': protocol(
    `for (let i = 0; i < 3; i++) process.stdout.write('{"a":' + '['.repeat(4_000_000) + ']'.repeat(4_000_000) + '}\\n');`,
  ),
  flood: shell('timeout 5 yes || true'),
  'a-hole': shell('truncate -s 1P artifacts/output/hole'),
  'deep-directories': shell(`node -e 'for (let i = 0; i < 3000; i++) { fs.mkdirSync("d"); process.chdir("d"); }'`),
};

const Execution = z.looseObject({
  status: z.string(),
  phases: z.array(z.looseObject({ attempt: z.int().optional(), session_id: z.string().nullable() })),
});

beforeAll(async () => {
  for (const [name, phase] of Object.entries(HOSTILE)) await platform.createWorkflow(workflow(name, phase));
});

it('ordinary executions do not notice hostile agents beside them', async () => {
  await platform.createWorkflow(workflow('ordinary', simulated('turns: 10, tools_per_turn: 2, delay_ms: 100')));

  const hostile = await Promise.all(Object.keys(HOSTILE).map((name) => platform.execute(name)));
  const ordinary = await Promise.all(Array.from({ length: ORDINARY }, () => platform.execute('ordinary')));
  for (const id of ordinary) {
    const events: string[] = [];
    for await (const { event } of platform.frames(id)) events.push(event);
    expect(events.at(-1)).toBe('ExecutionCompleted');
    expect(events).not.toContain('ExecutionInterrupted');
  }

  for (const id of hostile)
    for await (const frame of platform.frames(id)) expect(frame.event).not.toBe('ExecutionInterrupted');
  for (const id of hostile) {
    const { status } = Execution.parse((await platform.get(`/api/executions/${id}`)).body);
    expect(['completed', 'failed']).toContain(status);
  }
});

it('no renewal of the lease of an ordinary session is left out, whatever others print', async () => {
  const long = simulated('turns: 60, tools_per_turn: 1, delay_ms: 250');
  await platform.createWorkflow(workflow('long', long));
  const id = await platform.execute('long');
  await platform.reaches(id, 'running');
  // Side by side, messages that take seconds to parse would leave no turn between them.
  const names = [...Object.keys(HOSTILE), 'deep-messages', 'deep-messages'];
  const hostile = await Promise.all(names.map((name) => platform.execute(name)));
  for (const other of hostile) for await (const frame of platform.frames(other)) expect(frame.event).not.toBe('');
  const { phases } = await platform.reaches(id, 'completed', 120_000);

  const renewals = await renewalsOf(phases[0]?.session_id ?? '');
  expect(phases.map(({ attempt }) => attempt)).toEqual([1]);
  expect(renewals.length).toBeGreaterThan(3);
  expect(new Set(renewals.map(({ token }) => token)).size).toBe(1);
  // A lease that has less left was not renewed when it was due.
  expect(renewals.filter(({ leftMs }) => leftMs < LEASE_MS - 2 * RENEWAL_MS)).toEqual([]);
});
