import { join } from 'node:path';
import { runDemo } from './demo/demo';
import { parseOptions, type StackOptions } from './options';
import { npmEnded } from './parent-process';
import { canSandbox } from './sandbox';
import { Stack } from './stack';

/** This repository, which the example works on. */
const REPOSITORY = join(__dirname, '../../..');

const say = (line: string): void => {
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
  // Heard more than once: a terminal and npm both pass on the same Ctrl-C.
  const signalled = new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve));
  const asked = Promise.race([signalled, npmEnded()]);
  const stack = new Stack(options, say);
  try {
    await Promise.race([asked, serve(stack, options)]);
    await asked;
    say('stopping');
  } finally {
    await stack.stop();
  }
}

async function serve(stack: Stack, options: StackOptions): Promise<void> {
  const url = await stack.start();
  say(`ready ${url}`);
  if (!options.demo) return;
  if (!canSandbox()) {
    say('no sandbox is possible on this machine (bubblewrap cannot make its namespaces): the example is skipped');
    return;
  }
  await runDemo(url, REPOSITORY, say).catch((error: unknown) => {
    say(`the example did not succeed: ${String(error)}`);
  });
  say(`the API is documented at ${url}/api/docs; Ctrl-C ends everything`);
}
