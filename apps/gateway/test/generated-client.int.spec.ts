import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const ROOT = join(__dirname, '../../..');
const run = promisify(execFile);
const gateway = useGateway();

/** A program of somebody who has generated types from the document. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './schema';

const { GET, POST } = createClient<paths>({ baseUrl: process.argv[2] ?? '' });
const { data: created } = await POST('/api/workflows', {
  body: { id: 'typed', name: 'Typed', phases: [{ phase_id: 'plan', name: 'Plan', order: 1 }] },
  params: { header: { 'Idempotency-Key': 'once' } },
});
const { data: list } = await GET('/api/workflows', { params: { query: { page_size: 1 } } });
const { error, response } = await GET('/api/workflows/{workflow_id}', { params: { path: { workflow_id: 'none' } } });
const total: number | undefined = list?.total;
const code: string | undefined = error?.code;
const names: string[] = [];
let cursor: string | undefined;
do {
  const page = await GET('/api/workflows', { params: { query: { order_by: 'name', page_size: 2, cursor } } });
  names.push(...(page.data?.workflows ?? []).map(({ name }) => name));
  cursor = page.response.headers.get('x-next') ?? undefined;
} while (cursor);
console.log(JSON.stringify({ created: created?.id, total, code, status: response.status, names }));
`;

/** Fields with a default may be left out of requests. */
const GENERATE = ['openapi.json', '-o', 'schema.ts', '--default-non-nullable=false'];

let directory: string;

beforeAll(async () => {
  directory = scratchDirectory();
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{"type": "module"}');
  const document = await (await fetch(`${gateway.url}/api/openapi.json`)).text();
  writeFileSync(join(directory, 'openapi.json'), document);
  await run(join(ROOT, 'node_modules/.bin/openapi-typescript'), GENERATE, {
    cwd: directory,
  });
});
afterAll(() => {
  removeDirectory(directory);
});

/** The faults that the compiler finds in a program beside the generated types. */
function faultsIn(program: string): readonly string[] {
  const file = join(directory, 'program.ts');
  writeFileSync(file, program);
  const options: ts.CompilerOptions = {
    ...{
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    ...{
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
  };
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('a client generated from the API document', () => {
  it('compiles, and refuses what the API does not have', () => {
    expect(faultsIn(PROGRAM)).toEqual([]);
    expect(faultsIn(PROGRAM.replace('cursor }', 'cursor: 1 }'))).not.toEqual([]);
    expect(faultsIn(PROGRAM.replace("name: 'Typed'", 'name: 1'))).toEqual([expect.stringContaining('not assignable')]);
    expect(faultsIn(PROGRAM.replace('error?.code', 'error?.reason'))).not.toEqual([]);
    expect(faultsIn(PROGRAM.replace("'/api/workflows/{workflow_id}'", "'/api/workflow/{workflow_id}'"))).not.toEqual(
      [],
    );
  });

  it('creates, lists all pages, and gets the problem of what does not exist', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await gateway.record(`workflow-${name}`, [workflowCreated(name, { name })]);
    const { minPosition } = await gateway.record('workflow-typed', [workflowCreated('typed', { name: 'typed' })]);
    await gateway.read('/api/workflows/typed', minPosition);
    gateway.answer(() => ({ position: 1, version: 1 }));
    const { outputText } = ts.transpileModule(PROGRAM, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(join(directory, 'program.js'), outputText);

    const { stdout } = await run(process.execPath, ['program.js', gateway.url], { cwd: directory });

    expect(JSON.parse(stdout)).toEqual({
      ...{ created: 'typed', total: 6, code: 'workflow.not_found', status: 404 },
      names: [...names, 'typed'],
    });
    expect(readFileSync(join(directory, 'schema.ts'), 'utf8')).toContain('getExecutionsByExecutionIdState');
  });
});
