import { eventually, removeDirectory, scratchDirectory } from '@syntropic/testing';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usePlatform } from './platform';
import { blocksIn, type Block } from './readme-blocks';

const ROOT = join(__dirname, '../..');
const blocks = blocksIn(join(ROOT, 'README.md'));
const titleOf = ({ line, text }: Block) => `line ${line}: ${text.trim().split('\n')[0] ?? ''}`;
const ofLanguage = (language: string) =>
  blocks
    .filter((block) => block.language === language && !block.notRun)
    .map((block) => [titleOf(block), block] as const);

const directory = scratchDirectory();
const UPSTREAMS = join(directory, 'upstreams.yaml');
const isUpstreams = ({ text }: Block) => text.startsWith('# MODEL_UPSTREAMS_FILE');
writeFileSync(UPSTREAMS, blocks.find(isUpstreams)?.text ?? '');

// A faulty file of upstreams would stop the runner at its start.
const platform = usePlatform({ environment: () => ({ MODEL_UPSTREAMS_FILE: UPSTREAMS, MODEL_LOCAL_TOKEN: 'token' }) });
afterAll(() => {
  removeDirectory(directory);
});

/** The addresses of `npm start` where their ports are free. */
const ADDRESS = { api: 'http://127.0.0.1:8137', collector: 'http://127.0.0.1:8138' };

/** Each command must succeed. Once a key was made, requests carry it. */
const PRELUDE = `
touch variables; . ./variables
curl() { command curl --fail-with-body \${KEY:+-H "Authorization: Bearer $KEY"} "$@"; }
trap 'declare -p API EXECUTION ID KEY KEY_ID TRIGGER > variables 2> /dev/null || true' EXIT
set -e
`;

/** Runs a block as a reader would, in a directory that looks like the repository's, after the blocks before it. */
function run({ text }: Block) {
  const collector = new URL(platform.service('observability-collector').healthUrl).origin;
  const script = text.replaceAll(ADDRESS.api, platform.url).replaceAll(ADDRESS.collector, collector);
  const { status, stdout, stderr } = spawnSync('bash', ['-c', PRELUDE + script], { cwd: directory, encoding: 'utf8' });
  return { status, stdout, stderr };
}

beforeAll(() => {
  for (const name of readdirSync(ROOT)) {
    if (!['.data', '.git'].includes(name)) symlinkSync(join(ROOT, name), join(directory, name));
  }
  symlinkSync(platform.dataDirectory, join(directory, '.data'));
  for (const { savedAs, text } of blocks) if (savedAs) writeFileSync(join(directory, savedAs), text);
});

it('leaves out the blocks that need what is not here, and no others', () => {
  expect(blocks.flatMap(({ notRun }) => notRun ?? [])).toEqual([
    'it needs an agent with a conversation',
    'it downloads large programs',
    '`tools/generators/how-to-add.e2e.spec.ts` runs it on a copy',
    'it needs parts that have stopped',
    'it needs rebuilds that differ',
    '`tools/chaos/restored-command.e2e.spec.ts` runs it on a restored store',
  ]);
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['yaml', 'sh', 'js']));
});

/** The parts of a workflow that the README shows alone. */
const REST = 'id: part\nname: Part\nphases:\n  - { id: one, name: One, order: 1, prompt_template: go }\n';

it.each(ofLanguage('yaml').filter(([, block]) => !isUpstreams(block)))(
  '%s is a valid workflow, or a part of one',
  async (_, { text }) => {
    const content = text.startsWith('id:') ? text : REST + text;
    expect((await platform.post('/api/workflows/validate', { content })).body).toMatchObject({
      valid: true,
      errors: [],
    });
  },
);

it.each(ofLanguage('js'))('%s hears of executions', async (_, { savedAs = '' }) => {
  const listening = spawn(process.execPath, [savedAs], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  listening.stdout.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  await platform.createWorkflow(
    'id: heard\nname: Heard\nrequires_repos: false\nphases:\n  - {id: one, name: One, order: 1, agent: {provider: simulated}}\n',
  );
  const id = await platform.execute('heard');
  await eventually(() => heard.includes(id));
  listening.kill();
});

it.each(ofLanguage('sh'))(
  '%s',
  (_, block) => {
    const { status, stdout, stderr } = run(block);
    expect({ status, ...(status !== 0 && { stdout, stderr }) }).toEqual({ status: 0 });
    // Answers in loops and pipelines that end well would hide a refusal.
    expect(stdout).not.toContain('"type":"/api/docs#');
  },
  240_000,
);
