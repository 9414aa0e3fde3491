// Lints texts as if they were files of this workspace, by its own configuration: `[{ file, text }]` on stdin, what is
// reported and the constraints between projects on stdout. A process of its own, for the configuration is an ES module.
import { ESLint } from 'eslint';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import tseslint from 'typescript-eslint';

const root = join(import.meta.dirname, '../..');
process.chdir(root);
// Boundaries are between the projects that Nx knows, and it knows them once it has looked.
execFileSync(join(root, 'node_modules/.bin/nx'), ['show', 'projects'], {
  env: { ...process.env, NX_DAEMON: 'false' },
  stdio: ['ignore', 'ignore', 'inherit'],
});

// Types take a program of the whole workspace, and these rules need none.
const eslint = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked });

const texts = await json(process.stdin);
const reports = [];
for (const { file, text } of texts) {
  const [{ messages }] = await eslint.lintText(text, { filePath: join(root, file) });
  reports.push(messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}

const { rules } = await eslint.calculateConfigForFile(join(root, 'libs/platform/kernel/src/index.ts'));
const [, { depConstraints }] = rules['@nx/enforce-module-boundaries'];
process.stdout.write(JSON.stringify({ reports, depConstraints }));
