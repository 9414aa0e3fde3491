import { KeyDirectory } from '@syntropic/access';
import { scratchDirectory, TYPESCRIPT_HOOK, useDatabase } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const database = useDatabase();

type Ran = Readonly<{ code: number; stdout: string; stderr: string }>;

/** Runs the program as a process of its own. */
const run = (args: readonly string[], DATABASE_URL?: string): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...(DATABASE_URL && { DATABASE_URL }) };
    execFile(
      process.execPath,
      ['-r', TYPESCRIPT_HOOK, join(__dirname, 'main.ts'), ...args],
      { env },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });

async function roleOf(key: string) {
  const directory = new KeyDirectory(database.pool);
  await directory.refresh();
  return directory.find(key);
}

const FIRST = ['create-key', '--name', 'first', '--role', 'admin'];

describe('npm run admin -- create-key', () => {
  it('prints the first key, and nothing else on its output', async () => {
    const { code, stdout, stderr } = await run([...FIRST, '--scope', 'executions'], database.url);

    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('not shown again') as string });
    expect(await roleOf(stdout.trim())).toMatchObject({ role: 'admin', scopes: ['executions'] });
  });

  it('needs no more than the role of command-service', async () => {
    const { stdout } = await run(FIRST, database.urlAs('syn_command_service'));

    expect(await roleOf(stdout.trim())).toMatchObject({ role: 'admin', scopes: [] });
  });

  it('finds the database of a running stack', async () => {
    const directory = scratchDirectory();
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'stack.json'), JSON.stringify({ servers: { postgres: { url: database.url } } }));
    const { stdout } = await run([...FIRST, '--data-dir', directory]);

    expect(await roleOf(stdout.trim())).toMatchObject({ role: 'admin' });
  });

  it.each([
    [[], 'npm run admin'],
    [['create-key', '--role', 'admin'], 'name'],
    [['create-key', '--name', 'x', '--role', 'root'], 'role'],
    [[...FIRST, '--expires-in-days', '1000'], 'lifetimeDays'],
    [[...FIRST, '--expires-in-days', 'never'], 'expires-in-days'],
    [[...FIRST, '--secret', 'mine'], '--secret'],
  ])('refuses %j', async (args, named) => {
    const { code, stdout, stderr } = await run(args, database.url);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(named);
  });
});
