import { eventually, useModels } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { RunnerLog } from '../work/runner-log';

const KEY = 'sk-key-that-nobody-may-see';
const TOKEN = 'token-that-nobody-may-see';
const IN_FILE = 'file-that-nobody-may-see';
const SECRETS = /that-nobody-may-see/;

/** Looks for the secrets in every place that an agent can read, with their parts joined here alone. */
const SEARCH = `
word="that-nobody"; word="$word-may-see"
call() { curl -sS --unix-socket "$SYN_RUNNER_SOCKET" -H 'content-type: application/json' -d '{"model":"m","messages":[]}' "http://runner/$1"; }
call anthropic/v1/messages > answer-1; call openai/v1/responses > answer-2; call mine/v1/messages > answer-3
env > environment; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline > processes 2>/dev/null
grep -rlF "$word" /workspace /home /tmp /run /etc /dev/shm /var 2>/dev/null
grep -cF "$word" environment processes
echo searched; ls -l "$SYN_RUNNER_SOCKET" >/dev/null && echo "$SYN_RUNNER_SOCKET"
`;

describeWithBubblewrap('the credentials of model providers', () => {
  const models = useModels();
  const directory = useDirectory();
  const runner = useRunner(directory);

  it('reach the providers, and neither the agent nor anything that is stored', async () => {
    // The providers show what they were given, in errors and in answers.
    models().answer(({ headers }) => ({ status: 401, message: `no: ${JSON.stringify(headers)}` }));
    const log: string[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _, done) => {
        log.push(chunk.toString());
        done();
      },
    });
    const secrets = join(directory.path, 'secrets');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'token'), IN_FILE);
    const upstreams = join(secrets, 'upstreams.yaml');
    const credential = `{ file: ${join(secrets, 'token')}, header: authorization, scheme: Bearer }`;
    writeFileSync(
      upstreams,
      `upstreams: [{ name: mine, api: anthropic, base_url: '${models().url}', credential: ${credential} }]`,
    );
    await runner.start({
      home: 'runner',
      replaced: [{ provide: RunnerLog, useValue: new RunnerLog(pino({ level: 'trace' }, sink)) }],
      environment: {
        ANTHROPIC_BASE_URL: models().url,
        ANTHROPIC_API_KEY: KEY,
        OPENAI_BASE_URL: models().url,
        OPENAI_API_KEY: TOKEN,
        MODEL_UPSTREAMS_FILE: upstreams,
      },
    });
    const order = orderOf(shell(SEARCH));
    runner.platform.offer(order);
    await runner.platform.receives('CompleteSession', order);
    await eventually(() => runner.platform.linesOf(order).includes('searched'));

    expect(models().requests.map(({ headers }) => headers['x-api-key'] ?? headers.authorization)).toEqual([
      KEY,
      `Bearer ${TOKEN}`,
      `Bearer ${IN_FILE}`,
    ]);
    expect(runner.platform.linesOf(order)).toEqual([
      'environment:0',
      'processes:0',
      'searched',
      '/run/syntropic/runner.sock',
    ]);
    expect(JSON.stringify(runner.platform.stored)).not.toMatch(SECRETS);
    expect(JSON.stringify(runner.platform.received)).not.toMatch(SECRETS);
    expect(log.join('')).not.toMatch(SECRETS);
    expect(log.join('')).not.toBe('');
    const found = (place: string) =>
      execFileSync('sh', ['-c', 'grep -rlF that-nobody-may-see "$0" 2>/dev/null || true', place]).toString();
    expect([found(join(directory.path, 'runner')), found(join(directory.path, 'objects'))]).toEqual(['', '']);
    const calls = runner.platform.stored.flatMap(({ events }) => events).filter(({ type }) => type === 'model_call');
    expect(calls).toHaveLength(3);
  });
});
