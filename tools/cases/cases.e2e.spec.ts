import { replay, usePlatform, workflow, type Platform, type Reply } from '@syntropic/e2e';
import { folderBeside } from '@syntropic/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createBystander, withBystander } from './bystander';
import { casesIn, type Case, type Expectation } from './case';
import { expectOutcome } from './expectations';
import { outcomeOf } from './outcome';
import { EXECUTION_SCRIPTS, nestedDocuments } from './scripts';

const folder = folderBeside(__dirname, 'shared/cases');

/** Cases of these kinds once stopped the platform for every other execution. */
const DANGEROUS: readonly string[] = ['bounds', 'work per line', 'second way'];

if (folder === undefined) it.skip('the cases are not beside this repository', () => undefined);
else specify(folder);

function specify(cases: string) {
  const platform = usePlatform({ environment: () => ({ SYN_RECORDINGS_DIR: join(cases, 'recordings') }) });
  beforeAll(() => createBystander(platform));

  for (const each of casesIn(cases)) {
    it(each.name, async () => {
      const run = () => runCase(platform, each, cases);
      await (DANGEROUS.includes(each.kind) ? withBystander(platform, run) : run());
    });
  }
}

type Script = (platform: Platform, executionId: string, each: Case) => Promise<void>;

async function runCase(platform: Platform, each: Case, cases: string): Promise<void> {
  const { requests, script } = each;
  if (requests) await expectReplies(platform, requests);
  else if (script === 'deep-yaml') await nestedDocuments(platform, each);
  else await runDocument(platform, each, documentOf(each, cases), script && EXECUTION_SCRIPTS[script]);
}

async function runDocument(platform: Platform, each: Case, document: string, script?: Script): Promise<void> {
  const { expect: expected } = each;
  const created = await platform.post('/api/workflows/from-yaml', document, { 'content-type': 'application/yaml' });
  expect(created).toMatchObject({ status: expected.create ?? 201 });
  if (created.status !== 201) {
    expectRefusal(created, expected);
    return;
  }

  const started = await platform.post(`/api/workflows/${each.name}/execute`, each.body ?? {});
  expect(started).toMatchObject({ status: expected.execute ?? 200 });
  if (started.status !== 200) {
    expectRefusal(started, expected);
    return;
  }

  const { execution_id: id } = z.object({ execution_id: z.string() }).parse(started.body);
  const outcome = outcomeOf(platform, id, expected.within);
  const [seen] = await Promise.all([outcome, script?.(platform, id, each)]);
  await expectOutcome(platform, seen, expected);
}

const documentOf = (each: Case, cases: string): string =>
  each.workflow === undefined
    ? workflow(each.name, replay(each.name))
    : readFileSync(join(cases, each.workflow), 'utf8');

const Problem = z.looseObject({
  detail: z.string(),
  errors: z.array(z.looseObject({ line: z.int().optional() })).default([]),
});

function expectRefusal({ body }: Reply, { says, line }: Expectation): void {
  const { detail, errors } = Problem.parse(body);
  if (says !== undefined) expect(detail).toContain(says);
  if (line) expect(errors.some((each) => each.line !== undefined && line.includes(each.line))).toBe(true);
}

async function expectReplies(platform: Platform, requests: NonNullable<Case['requests']>): Promise<void> {
  for (const { method, path, body, status, code } of requests) {
    const reply = await platform.send(method, `/api${path}`, body);
    expect({ path, ...reply }).toMatchObject({ path, status, ...(code !== undefined && { body: { code } }) });
  }
}
