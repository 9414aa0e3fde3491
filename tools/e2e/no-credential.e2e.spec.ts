import { createPool } from '@syntropic/postgres';
import { eventually, removeDirectory, scratchDirectory, useModels } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const secret = () => `planted-${randomUUID()}`;

/** Every credential of a provider that a runner may be given, and one in a file. */
const PLANTED = {
  ANTHROPIC_API_KEY: secret(),
  ANTHROPIC_AUTH_TOKEN: secret(),
  OPENAI_API_KEY: secret(),
  MODEL_OWN_TOKEN: secret(),
};
const IN_FILE = secret();

const models = useModels();
const secrets = scratchDirectory();
afterAll(() => {
  removeDirectory(secrets);
});

const platform = usePlatform({
  environment: () => {
    const upstream = (name: string, credential: string) =>
      `  - { name: ${name}, api: anthropic, base_url: '${models().url}', credential: { ${credential}, header: authorization, scheme: Bearer } }`;
    writeFileSync(join(secrets, 'token'), IN_FILE);
    writeFileSync(
      join(secrets, 'upstreams.yaml'),
      `upstreams:\n${upstream('own', 'env: MODEL_OWN_TOKEN')}\n${upstream('filed', `file: ${join(secrets, 'token')}`)}\n`,
    );
    return {
      ...PLANTED,
      ANTHROPIC_BASE_URL: models().url,
      OPENAI_BASE_URL: `${models().url}/v1`,
      MODEL_UPSTREAMS_FILE: join(secrets, 'upstreams.yaml'),
      LOG_LEVEL: 'trace',
    };
  },
});

/** Leaves what an agent can read as its artifacts, after a call of each provider. */
const DUMP = `
call() { curl -sS --unix-socket "$SYN_RUNNER_SOCKET" -H 'content-type: application/json' -d '{"model":"m","max_tokens":9,"messages":[]}' "http://runner/$1"; }
cd artifacts/output
for path in anthropic/v1/messages own/v1/messages filed/v1/messages openai/v1/responses; do call $path; done | tee answers.txt
env | tee environment.txt
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | tee processes.txt
find /workspace /home /tmp /run /etc /var /dev/shm -type f -size -256k -readable ! -path '/workspace/artifacts/*' -exec cat {} + 2>/dev/null > files.bin || true
sleep 5`;

const Passwords = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]));

/** The planted credentials, and the passwords of the servers. */
const credentials = (): readonly string[] => {
  const generated = Passwords.parse(JSON.parse(readFileSync(join(platform.dataDirectory, 'credentials.json'), 'utf8')));
  const passwords = Object.values(generated).flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one)));
  return [...Object.values(PLANTED), IN_FILE, ...passwords];
};

/** The tables with a row that has one of these words, as text or as bytes. */
async function rowsWith(words: readonly string[]): Promise<readonly string[]> {
  const pool = createPool(platform.server('postgres').url ?? '', { max: 1 });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const patterns = words.flatMap((word) => [`%${word}%`, `%${Buffer.from(word).toString('hex')}%`]);
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query(`select 1 from ${name} t where t::text like any($1) limit 1`, [patterns]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  } finally {
    await pool.end();
  }
}

/** Files below the data directory with one of these words, by their paths in it. */
function filesWith(words: readonly string[]): readonly string[] {
  const patterns = join(secrets, 'patterns');
  writeFileSync(patterns, `${words.join('\n')}\n`);
  // Grep's exit code 1 says that it found nothing, 2 that a file went while it looked.
  const grep = 'grep -rlaFf "$0" "$1" 2>/dev/null || true';
  const found = execFileSync('sh', ['-c', grep, patterns, platform.dataDirectory]).toString();
  return found
    .split('\n')
    .filter(Boolean)
    .map((path) => path.slice(platform.dataDirectory.length + 1))
    .sort();
}

const commandLines = (): string => execFileSync('ps', ['-ewwo', 'args']).toString();

it('no credential is in a row, a frame, a log, an artifact, a transcript, an environment or a command line', async () => {
  // The providers repeat what they were given.
  models().answer(({ headers }) => ({ status: 401, message: `no: ${JSON.stringify(headers)}` }));
  await platform.createWorkflow(workflow('prying', shell(DUMP)));
  const id = await platform.execute('prying');
  const plain = fetch(`${platform.url}/api/sse/executions/${id}`).then((response) => response.text());
  const frames: string[] = [];
  const running: string[] = [];
  for await (const { event, data } of platform.frames(id)) {
    frames.push(data);
    if (event === 'agent_output') running.push(commandLines());
  }
  const { artifact_ids } = await platform.reaches(id, 'completed');

  const given = models().requests.map(({ headers }) => headers['x-api-key'] ?? headers.authorization);
  const { ANTHROPIC_API_KEY, MODEL_OWN_TOKEN, OPENAI_API_KEY } = PLANTED;
  expect(given).toEqual([
    ANTHROPIC_API_KEY,
    ...[MODEL_OWN_TOKEN, IN_FILE, OPENAI_API_KEY].map((one) => `Bearer ${one}`),
  ]);

  const words = credentials();
  const seen = [...frames, await plain, ...running].filter((text) => words.some((word) => text.includes(word)));
  expect(seen).toEqual([]);
  expect(frames.length).toBeGreaterThan(10);
  expect(running.length).toBeGreaterThan(0);

  for (const artifact of artifact_ids) {
    const bytes = await (
      await fetch(`${platform.url}/api/artifacts/${artifact}/content`, {
        headers: { accept: 'application/octet-stream' },
      })
    ).text();
    expect(words.filter((word) => bytes.includes(word))).toEqual([]);
  }
  expect(artifact_ids).toHaveLength(4);
  await eventually(async () => {
    expect(await rowsWith(words)).toEqual([]);
  });
  // Only the files by which the stack runs its servers have their passwords.
  expect(filesWith(words)).toEqual(['credentials.json', 'nats/nats.conf', 'redis/redis.conf', 'stack.json']);
  // A word of the agent's output is found wherever credentials were looked for.
  expect(await rowsWith(['SYN_RUNNER_SOCKET'])).not.toEqual([]);
  expect(filesWith(['SYN_RUNNER_SOCKET']).some((path) => path.startsWith('objects/'))).toBe(true);
}, 180_000);
