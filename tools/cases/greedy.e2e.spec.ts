import { shell, simulated, usePlatform, workflow } from '@syntropic/e2e';
import { eventually, useModels } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBystander, withBystander } from './bystander';

const models = useModels();
const platform = usePlatform({
  environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'key' }),
});
beforeAll(() => createBystander(platform));

/** A phase whose agent is a program for Node, with these settings. */
const program = (source: string, agent = ''): string =>
  `agent: {provider: command, command: [node, "-"]${agent}}\nprompt_template: |\n${source.replace(/^/gm, '  ')}`;
const limited = (limits: string, script: string): string =>
  shell(script).replace('[sh, -eu]', `[sh, -eu], limits: {${limits}}`);

/** Agents that take what they can, and the reason that their phase fails with. */
const GREEDY: readonly (readonly [what: string, phase: string, reason: RegExp])[] = [
  [
    'forks',
    limited('pids: 64', 'bomb() { bomb & bomb & }\nbomb &\nwhile :; do sleep 600 & done'),
    /fork|Resource temporarily unavailable/i,
  ],
  ['fills its disk', limited('disk_mb: 16', 'cat /dev/zero > filled'), /No space left|disk/],
  [
    'eats memory',
    limited('memory_mb: 64', `node -e 'const held = []; for (;;) held.push(Buffer.alloc(1 << 20, 1));'`),
    /memory/,
  ],
  [
    'closes its output and lives on',
    `timeout_seconds: 2\n${shell('exec >&- 2>&-; sleep 600')}`,
    /2 s|timed out|timeout/i,
  ],
];

it.each(GREEDY)(
  'an agent that %s fails its phase with the reason, and another execution does not notice',
  async (what, phase, reason) => {
    const name = what.replaceAll(' ', '-');
    await platform.createWorkflow(workflow(name, phase));
    await withBystander(platform, async () => {
      const { error_message, phases } = await platform.reaches(await platform.execute(name), 'failed');
      expect(error_message).toMatch(reason);
      expect(phases[0]?.status).toBe('failed');
    });
  },
);

/** Writes to its runner's socket; the answers' first lines are its reason. A body without an end waits for its refusal. */
const TALKER = `
const { connect } = require('node:net');
const say = (bytes, more) => new Promise((resolve) => {
  let answer = '';
  const socket = connect('/run/syntropic/runner.sock', () => { socket.write(bytes); });
  socket.on('data', (piece) => { answer += piece; socket.destroy(); });
  socket.on('error', () => undefined).on('close', () => resolve(answer.split('\\r\\n')[0] || 'closed'));
  if (more) socket.on('drain', () => socket.write(more));
});
const mebibyte = '100000\\r\\n' + 'x'.repeat(1 << 20) + '\\r\\n';
const post = 'POST /anthropic/v1/messages HTTP/1.1\\r\\nhost: a\\r\\ncontent-type: application/json\\r\\n';
(async () => {
  const said = [
    await say('no http\\r\\n\\r\\n'),
    await say('GET / HTTP/1.1\\r\\n' + 'a: b\\r\\n'.repeat(40000)),
    await say(post + 'content-length: 1\\r\\ncontent-length: 2\\r\\n\\r\\n{'),
    await say(post + 'transfer-encoding: chunked\\r\\n\\r\\n' + mebibyte, mebibyte),
  ];
  console.error('refused: ' + said.join(', '));
  process.exit(1);
})();`;

it('an agent that talks nonsense and without end to its runner is refused, and another one is answered meanwhile', async () => {
  models().answer(() => ({ text: 'Hello' }));
  const call = `curl -sS -o answer -w '%{http_code}' --unix-socket "$SYN_RUNNER_SOCKET" -H 'content-type: application/json' \\
  -d '{"model":"claude-haiku-4-5","max_tokens":10,"messages":[]}' http://runner/anthropic/v1/messages`;
  await platform.createWorkflow(workflow('talker', program(TALKER)));
  await platform.createWorkflow(workflow('caller', shell(`test "$(${call})" = 200`)));

  await withBystander(platform, async () => {
    const [talker, caller] = [await platform.execute('talker'), await platform.execute('caller')];
    const { error_message } = await platform.reaches(talker, 'failed');
    expect(error_message).toMatch(/refused: HTTP\/1.1 400 .*, HTTP\/1.1 431 .*, HTTP\/1.1 400 .*, HTTP\/1.1 413 /);
    await platform.reaches(caller, 'completed');
  });
  expect(models().requests).toHaveLength(1);
});

/** Tries addresses of others; the outcomes are its reason. */
const trying = (addresses: readonly (string | number)[]): string => `
const { connect } = require('node:net');
const attempt = (address) => new Promise((resolve) => {
  const [path, port] = typeof address === 'string' ? [address.replace('@', '\\0')] : [undefined, address];
  const socket = path === undefined ? connect(port, '127.0.0.1') : connect(path);
  socket.once('connect', () => resolve('reached')).once('error', ({ code }) => resolve(code));
});
(async () => {
  const outcomes = await Promise.all(${JSON.stringify(addresses)}.map(attempt));
  console.error('outcomes: ' + outcomes.join(' '));
  process.exit(1);
})();`;

it('an agent that tries the addresses of others reaches none: no socket, abstract socket or port of the machine', async () => {
  const abstract = `syntropic-${randomUUID()}`;
  const reached: unknown[] = [];
  const server = createServer((socket) => reached.push(socket)).listen(`\0${abstract}`);
  try {
    await platform.createWorkflow(workflow('victim', simulated('turns: 40, tools_per_turn: 1, delay_ms: 200')));
    const victim = await platform.execute('victim');
    await eventually(async () => (await platform.execution(victim)).tool_call_count > 0);
    const { phases } = await platform.execution(victim);
    const portOf = (url = '') => Number(new URL(url).port);
    const addresses = [
      join(platform.dataDirectory, 'runner/sessions', phases[0]?.session_id ?? '', 'runner.sock'),
      `@${abstract}`,
      portOf(platform.url),
      portOf(platform.service('agent-runner').healthUrl),
      portOf(platform.service('command-service').healthUrl),
      portOf(platform.server('postgres').url),
      portOf(platform.server('nats').url),
      portOf(platform.server('redis').url),
    ];
    await platform.createWorkflow(workflow('prowler', program(trying(addresses))));
    const { error_message } = await platform.reaches(await platform.execute('prowler'), 'failed');

    expect(error_message).toContain(`outcomes: ENOENT${' ECONNREFUSED'.repeat(addresses.length - 1)}`);
    expect(reached).toEqual([]);
    expect((await platform.reaches(victim, 'completed')).tool_call_count).toBe(40);
  } finally {
    server.close();
  }
});
