// `npm run specs`: all specs, with Jest's options; files that failed beside others run once more, alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './prepare.mjs';

/** More than these have not failed by load: repeating them would only take time. */
const MOST_REPEATED = 10;

const results = mkdtempSync(join(tmpdir(), 'syntropic-specs-'));
process.once('exit', () => rmSync(results, { recursive: true, force: true }));

const first = jest('first', process.argv.slice(2));
let failed = failedFiles(first.suites);
if (failed.length > 0 && failed.length <= MOST_REPEATED) {
  console.log(`\n${failed.length} of ${first.suites.length} files failed; they run once more, each alone`);
  const second = jest('second', ['--maxWorkers=1', '--runTestsByPath', ...failed]);
  const again = failedFiles(second.suites);
  tell(
    'Failed beside others, and passed alone',
    first.suites,
    failed.filter((file) => !again.includes(file)),
  );
  tell('Failed again', second.suites, again);
  first.failed = second.failed;
  first.passed += first.suites.filter(({ name }) => failed.includes(name)).flatMap(failuresOf).length - second.failed;
  failed = again;
} else {
  tell('Failed', first.suites, failed);
}
console.log(`Tests: ${first.failed} failed, ${first.passed} passed, ${first.suites.length} files`);
process.exit(failed.length > 0 || first.crashed ? 1 : 0);

function jest(name, options) {
  const file = join(results, `${name}.json`);
  const bin = join(root, 'node_modules/jest/bin/jest.js');
  const { status, signal } = spawnSync(process.execPath, [bin, ...options, '--json', `--outputFile=${file}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { testResults, numFailedTests, numPassedTests } = JSON.parse(readFileSync(file, 'utf8'));
  const crashed = signal !== null || (status !== 0 && failedFiles(testResults).length === 0);
  return { suites: testResults, failed: numFailedTests, passed: numPassedTests, crashed };
}

function failedFiles(suites) {
  return [...new Set(suites.filter(({ status }) => status === 'failed').map(({ name }) => name))];
}

function failuresOf({ assertionResults }) {
  return assertionResults.filter(({ status }) => status === 'failed');
}

/** The last lines of a long output are what is read of it. */
function tell(title, suites, files) {
  if (files.length === 0) return;
  console.log(`\n${title}:`);
  for (const suite of suites.filter(({ name }) => files.includes(name))) {
    console.log(`  ${relative(root, suite.name)}`);
    const failures = failuresOf(suite);
    if (failures.length === 0) console.log(`    ${firstLines(suite.message)}`);
    for (const { fullName, failureMessages } of failures) {
      console.log(`    ${fullName}\n      ${firstLines(failureMessages.join('\n'))}`);
    }
  }
}

function firstLines(message) {
  const lines = message.replaceAll(/\u001b\[[0-9;]*m/g, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, 6)
    .join('\n      ');
}
