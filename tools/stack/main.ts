import { join } from 'node:path';
import { claudeLacks } from './claude';
import { CLAUDE_EXAMPLE, EXAMPLE, needsKey, runDemo } from './demo/demo';
import { parseOptions, type StackOptions } from './options';
import { npmEnded } from './parent-process';
import { canSandbox } from './sandbox';
import { Stack } from './stack';

/** This repository, the input of the example. */
const REPOSITORY = join(__dirname, '../../..');

const print = (line: string): void => {
  console.log(line);
};

void main();

async function main(): Promise<void> {
  try {
    await runUntilStopped(parseOptions(process.argv.slice(2)));
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

async function runUntilStopped(options: StackOptions): Promise<void> {
  // Listens more than once: the terminal and npm both deliver the same Ctrl-C.
  const signalled = new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve));
  const stopRequested = Promise.race([signalled, npmEnded()]);
  const stack = new Stack(options, print);
  try {
    await Promise.race([stopRequested, serve(stack, options)]);
    await stopRequested;
    print('stopping');
  } finally {
    await stack.stop();
  }
}

async function serve(stack: Stack, options: StackOptions): Promise<void> {
  const url = await stack.start();
  print(`ready ${url}`);
  if (!options.demo) return;
  if (!canSandbox()) {
    print('no sandbox is possible on this machine (bubblewrap cannot make its namespaces): the example is skipped');
    return;
  }
  if (await needsKey(url)) {
    print(`${url} serves holders of keys alone: the example, which has none, is skipped`);
    return;
  }
  const lacks = claudeLacks(stack.environment);
  if (lacks !== undefined) print(`the example runs without Claude, which needs ${lacks}`);
  const example = lacks === undefined ? CLAUDE_EXAMPLE : EXAMPLE;
  await runDemo(url, example, { repository: REPOSITORY, say: print }).catch((error: unknown) => {
    print(`the example did not succeed: ${String(error)}`);
  });
  print(`the API is documented at ${url}/api/docs; Ctrl-C ends everything`);
}
