import { MAX_MODELS, Usage } from '@syntropic/kernel';
import fc from 'fast-check';
import { TELEMETRY } from '../catalogue';
import { TelemetryEvent } from '../telemetry-event';
import { answer, result, session, tool, toolResult } from '../testing/claude-lines';

const SEED = 20261126;
const DEPTH = 20_000;

const nested = (open: string, close: string): string => `${open.repeat(DEPTH)}0${close.repeat(DEPTH)}`;

/** JSON texts that stand where a message has something else. */
const hostileValue = fc.oneof(
  fc.constantFrom(
    'null',
    '-1',
    '1.5',
    '1e13',
    '1e400',
    '9007199254740991',
    '""',
    '[]',
    '{}',
    '"\\u0000"',
    '"\\ud83d"',
    '{"\\u0000":1,"__proto__":2,"constructor":3}',
    `"${'x'.repeat(100_000)}"`,
    `[${'1,'.repeat(50_000)}1]`,
    nested('[', ']'),
    nested('{"a":', '}'),
  ),
  fc.json({ maxDepth: 8 }),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);

const system = (subtype: string, more: object) => ({ type: 'system', subtype, session_id: 's', ...more });

const MESSAGES: readonly object[] = [
  system('init', { model: 'claude-haiku-4-5', tools: ['Bash'], cwd: '/w', permissionMode: 'default' }),
  answer('m1', { type: 'text', text: 'said' }),
  answer('m2', { type: 'thinking', thinking: 'thought' }, { model: 'another' }),
  answer('m3', tool('t1', 'Agent', { subagent_type: 'explorer', run_in_background: true })),
  answer('m4', tool('t2'), { parent: 't1' }),
  toolResult('t2', [{ type: 'text', text: 'done' }]),
  toolResult('t1'),
  system('task_started', { task_id: 'k', tool_use_id: 't1', description: 'd' }),
  system('task_notification', { task_id: 'k', tool_use_id: 't1', status: 'failed', summary: 's' }),
  system('background_tasks_changed', { tasks: [{ id: 'k' }] }),
  { type: 'rate_limit_event', rate_limit_info: { status: 'allowed', resetsAt: 1 } },
  { type: 'stream_event', event: { type: 'message_delta', delta: {}, usage: { output_tokens: 3 } } },
  { type: 'hook_event', event_type: 'git_commit', context: { sha: 'a', files_changed: 1 } },
  result(0.5, 'TASK_RESULT: {"success": true}', { session_id: 's', permission_denials: [] }),
];

const HOLE = '"<hole>"';

/** The message as JSON, with the value at one of its paths, itself included, replaced by a hole. */
function withHole(value: unknown, path: number): string {
  let visited = 0;
  const replaced = JSON.stringify(value, (_, part: unknown) => (visited++ === path ? '<hole>' : part));
  return visited > path ? replaced : JSON.stringify(value);
}

const hostileLine = fc
  .tuple(fc.constantFrom(...MESSAGES), fc.nat(24), hostileValue)
  .map(([message, path, value]) => withHole(message, path).replace(HOLE, () => value));

const lines = fc.array(fc.oneof({ weight: 4, arbitrary: hostileLine }, fc.constantFrom(...MESSAGES)), {
  maxLength: 30,
});

/** Types whose data is added up; the data of others is shown as it came. */
const COUNTED = ['agent_initialized', 'token_usage', 'session_summary', 'leg_ended'] as const;

const UNSTORABLE = /[\u0000\p{Surrogate}]/u;
const LARGEST_EVENT = 256 * 1024;

it('hostile lines of the protocol give events that can be stored, and counts within their bounds', () => {
  fc.assert(
    fc.property(lines, (said) => {
      const { parser, read } = session();
      for (const event of read(...said)) expectStorable(event);

      expect(Usage.safeParse(parser.usage).error).toBeUndefined();
      expect(Object.keys(parser.usage.byModel).length).toBeLessThanOrEqual(MAX_MODELS);
      expect(parser.reportOf(1)?.outcome?.error?.length ?? 0).toBeLessThanOrEqual(LARGEST_EVENT);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

function expectStorable(event: TelemetryEvent): void {
  const text = JSON.stringify(event);
  expect(TelemetryEvent.safeParse(event).error).toBeUndefined();
  expect(text.length).toBeLessThanOrEqual(LARGEST_EVENT);
  expect(textsOf(event).filter((each) => UNSTORABLE.test(each))).toEqual([]);
  for (const type of COUNTED) {
    if (event.type === type) expect(TELEMETRY[type].safeParse(event.data).error).toBeUndefined();
  }
}

/** All keys and strings, at any depth. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [key, ...textsOf(part)]);
}
