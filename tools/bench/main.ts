import { appendSuite } from './append/append.suite';
import { concurrencySuite } from './concurrency/concurrency.suite';
import { controlSuite } from './control/control.suite';
import { fanoutSuite } from './fanout/fanout.suite';
import type { Figures } from './figure';
import { handoverSuite } from './handover/handover.suite';
import { hostileSuite } from './hostile/hostile.suite';
import { ingestSuite } from './ingest/ingest.suite';
import { liveSuite } from './live/live.suite';
import { pauseSuite } from './pause/pause.suite';
import { pipelineSuite } from './pipeline/pipeline.suite';
import { jsonLine, table } from './report';
import { listsSuite } from './lists/lists.suite';
import { querySuite } from './query/query.suite';
import { readSuite } from './read/read.suite';
import { rebuildSuite } from './rebuild/rebuild.suite';
import { startSuite } from './start/start.suite';
import { workspaceSuite } from './workspace/workspace.suite';
import { z } from 'zod';

/** `print` takes lines that explain the figures; `size` is the number of stored items, where a suite stores some. */
type Suite = (print: (line: string) => void, size?: number) => Promise<Figures>;

const SUITES: Readonly<Record<string, Suite>> = {
  append: appendSuite,
  live: liveSuite,
  fanout: fanoutSuite,
  start: startSuite,
  pipeline: pipelineSuite,
  hostile: hostileSuite,
  workspace: workspaceSuite,
  control: controlSuite,
  handover: handoverSuite,
  concurrency: concurrencySuite,
  pause: pauseSuite,
  query: querySuite,
  read: readSuite,
  lists: listsSuite,
  ingest: ingestSuite,
  rebuild: rebuildSuite,
};

const Size = z.coerce.number().int().positive();

async function main([name = '', ...options]: readonly string[]): Promise<void> {
  const suite = SUITES[name];
  if (!suite) throw new Error(`usage: npm run bench -- ${Object.keys(SUITES).join('|')} [--json] [--size N]`);
  const size = options.includes('--size') ? Size.parse(options[options.indexOf('--size') + 1]) : undefined;

  const figures = await suite((line) => {
    console.error(line);
  }, size);
  console.log(options.includes('--json') ? jsonLine(name, figures) : table(figures));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
