// Lints texts as files of this workspace by its own configuration: `[{ file, text }]` on stdin, the reports and the
// constraints between projects on stdout. A separate process, because the configuration is an ES module.
import { ESLint } from 'eslint';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import tseslint from 'typescript-eslint';

const root = join(import.meta.dirname, '../..');
process.chdir(root);
// The boundary rule reads the project graph, which this command writes.
execFileSync(join(root, 'node_modules/.bin/nx'), ['show', 'projects'], {
  env: { ...process.env, NX_DAEMON: 'false' },
  stdio: ['ignore', 'ignore', 'inherit'],
});

// Type information takes a program of the whole workspace, and these rules need none.
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
