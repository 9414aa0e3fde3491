import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contexts } from '../nx/projects.cjs';

/** A text that breaks a rule: its description, its file, and the expected report. */
export type Breach = readonly [what: string, file: string, text: string, reported: RegExp];

/** A text beside a breach that keeps the rule. */
export type Allowed = readonly [what: string, file: string, text: string];

export const ROOT = join(__dirname, '../..');

const DOMAIN = 'libs/orchestration/domain/src/breach.ts';
const CONTRACTS = 'libs/orchestration/contracts/src/breach.ts';
const APPLICATION = 'libs/orchestration/application/src/breach.ts';
const READ_MODEL = 'libs/orchestration/read-model/src/breach.ts';
const KERNEL = 'libs/platform/kernel/src/breach.ts';
const RUNNER = 'apps/agent-runner/src/breach.ts';
const SPEC = 'libs/orchestration/domain/src/breach.spec.ts';
const MIGRATION = 'tools/migrations/0001-breach.ts';

export const CONTEXTS: readonly string[] = contexts();

export const only = (tags: string) => new RegExp(`tagged with "${tags}" can only depend on`);
export const never = (tags: string) => new RegExp(`tagged with "${tags}" can not depend on`);
export const banned = (tags: string) => new RegExp(`tagged with "${tags}" is not allowed to import`);

const TYPES: readonly Breach[] = [
  ['the kernel imports a library', KERNEL, from('@syntropic/config'), only('type:kernel')],
  ['the kernel imports a framework', KERNEL, from('@nestjs/common'), banned('type:kernel')],
  ['contracts import a library', CONTRACTS, from('@syntropic/messaging'), only('type:contracts')],
  [
    'contracts import those of another context',
    CONTRACTS,
    from('@syntropic/artifacts/contracts'),
    only('type:contracts'),
  ],
  ['contracts import a driver', CONTRACTS, from('nats'), banned('type:contracts')],
  ['a domain imports the platform', DOMAIN, from('@syntropic/event-store'), only('type:domain')],
  ['a domain imports a framework', DOMAIN, from('@nestjs/cqrs'), banned('type:domain')],
  [
    'an application imports a read model',
    APPLICATION,
    from('@syntropic/orchestration/read-model'),
    only('type:application'),
  ],
  ['an application imports a driver', APPLICATION, from('pg'), banned('type:application')],
  ['a read model imports the domain', READ_MODEL, from('@syntropic/orchestration/domain'), only('type:read-model')],
  ['a read model imports a driver', READ_MODEL, from('ioredis'), banned('type:read-model')],
  [
    'the platform imports the runtime',
    'libs/platform/context/src/breach.ts',
    from('@syntropic/live'),
    only('type:platform'),
  ],
  [
    'the runtime imports a context',
    'libs/runtime/work/src/breach.ts',
    from('@syntropic/orchestration/contracts'),
    only('type:runtime'),
  ],
  [
    'the catalogue imports a domain',
    'libs/catalogue/contracts/src/breach.ts',
    from('@syntropic/orchestration/domain'),
    only('type:catalogue'),
  ],
  [
    'the platform imports a context',
    'libs/platform/postgres/src/breach.ts',
    from('@syntropic/orchestration/contracts'),
    only('type:platform'),
  ],
  ['a tool imports a domain', 'tools/stack/breach.ts', from('@syntropic/orchestration/domain'), only('type:tool')],
];

const ROLES: readonly Breach[] = [
  [
    'the command service answers queries',
    'apps/command-service/src/breach.ts',
    from('@syntropic/orchestration/read-model'),
    never('role:write'),
  ],
  ['the gateway decides', 'apps/gateway/src/breach.ts', from('@syntropic/orchestration/domain'), never('role:read')],
  [
    'the projection worker sends commands',
    'apps/projection-worker/src/breach.ts',
    from('@syntropic/artifacts/application'),
    never('role:read'),
  ],
  [
    'the collector imports aggregates',
    'apps/observability-collector/src/breach.ts',
    from('@syntropic/artifacts/domain'),
    only('role:edge'),
  ],
  ['the runner imports a read model', RUNNER, from('@syntropic/artifacts/read-model'), only('role:edge')],
  ['the runner imports a database driver', RUNNER, from('pg'), banned('scope:agent-runner')],
];

const PATHS: readonly Breach[] = [
  [
    'a tool imports from an app',
    'tools/architecture/breach.ts',
    from('../../apps/gateway/src/gateway.config'),
    /cannot be imported by a relative/,
  ],
  [
    'a library imports past an index',
    READ_MODEL,
    from('../../contracts/src/work-order'),
    /cannot be imported by a relative/,
  ],
  ['a library imports its own index', KERNEL, from('@syntropic/kernel'), /should use relative imports/],
  ['a package is imported that is not declared', RUNNER, from('acorn'), /Only packages defined in the "package.json"/],
  ['the kernel imports Node', KERNEL, from('node:fs'), /no-restricted-imports.*of Node/],
  ['contracts import Node', CONTRACTS, from('node:timers'), /no-restricted-imports.*of Node/],
  ['a domain imports Node', DOMAIN, from('node:fs/promises'), /no-restricted-imports.*of Node/],
  [
    'a domain ships its test support',
    DOMAIN,
    from('@syntropic/kernel/testing'),
    /no-restricted-imports.*belongs in specs/,
  ],
  ['a service ships test support', RUNNER, from('@syntropic/testing'), /no-restricted-imports.*belongs in specs/],
];

const LANGUAGE: readonly Breach[] = [
  [
    'a service reads the environment',
    RUNNER,
    'export const path = process.env;',
    /no-restricted-properties.*Only platform\/config/,
  ],
  [
    'a library reads the environment',
    'libs/platform/postgres/src/breach.ts',
    'export const { env } = process;',
    /no-restricted-properties.*Only platform\/config/,
  ],
  ['an export has no name', RUNNER, 'export default 1;', /no-restricted-syntax.*name/],
  ['an enum is declared', DOMAIN, 'export enum Status { Running }', /no-restricted-syntax.*union/],
  [
    'a constructor is private in a class without a factory',
    RUNNER,
    'export class A {\n  private constructor() {\n    go();\n  }\n}',
    /no-restricted-syntax.*static factory/,
  ],
  ['a member is private', RUNNER, 'export class A {\n  private a = 1;\n}', /no-restricted-syntax.*#names/],
  ['a value is any', DOMAIN, 'export const anything = (value: any) => void value;', /no-explicit-any/],
  [
    'absence is asserted away',
    DOMAIN,
    'export const first = (all: string[]) => all[0]!.length;',
    /no-non-null-assertion/,
  ],
];

const lines = (count: number, line = 'go();') => Array.from({ length: count }, () => line).join('\n');
const branches = (count: number) => lines(count, 'if (go()) go();');
const longFunction = `export function long() {\n${lines(59)}\n}\n`;

const LIMITS: readonly Breach[] = [
  ['a file has more than 250 lines', DOMAIN, lines(251), /max-lines: /],
  ['a function has more than 60 lines', DOMAIN, longFunction, /max-lines-per-function: /],
  ['a test has more than 60 lines', SPEC, `it('is long', () => {\n${lines(59)}\n});\n`, /max-lines-per-function: /],
  ['a function has a complexity above 12', DOMAIN, `export function f() {\n${branches(12)}\n}\n`, /complexity: /],
  ['a migration has a complexity above 12', MIGRATION, `export function f() {\n${branches(12)}\n}\n`, /complexity: /],
  ['blocks are nested deeper than 3', DOMAIN, `${'if (go()) { '.repeat(4)}${'}'.repeat(4)}`, /max-depth: /],
  [
    'a function has more than 4 parameters',
    DOMAIN,
    'export const f = (a, b, c, d, e) => [a, b, c, d, e];',
    /max-params: /,
  ],
];

/** Each context, beside the contracts and the domain of another one. */
const CONTEXT_RULES: readonly Breach[] = CONTEXTS.flatMap((context): Breach[] => [
  [
    `the domain of ${context} imports the contracts of another context`,
    `libs/${context}/domain/src/breach.ts`,
    from(`@syntropic/${otherThan(context, 'contracts')}/contracts`),
    only(`scope:${context}" and "type:domain`),
  ],
  [
    `the application of ${context} imports the domain of another context`,
    `libs/${context}/application/src/breach.ts`,
    from(`@syntropic/${otherThan(context, 'domain')}/domain`),
    only(`scope:${context}`),
  ],
]).filter(([, file]) => existsSync(join(ROOT, dirname(file))));

export const BREACHES: readonly Breach[] = [...TYPES, ...ROLES, ...PATHS, ...LANGUAGE, ...LIMITS, ...CONTEXT_RULES];

export const ALLOWED: readonly Allowed[] = [
  ['the kernel hashes', KERNEL, from('node:crypto')],
  ['a domain imports its contracts', DOMAIN, from('@syntropic/orchestration/contracts')],
  ['an application imports the contracts of another context', APPLICATION, from('@syntropic/agent-sessions/contracts')],
  ['a library for services imports the framework', 'libs/platform/service/src/breach.ts', from('@nestjs/common')],
  ['config reads the environment', 'libs/platform/config/src/breach.ts', 'export const { env } = process;'],
  ['a spec imports test support', SPEC, from('@syntropic/kernel/testing')],
  ['an injected parameter is private', RUNNER, 'export class A {\n  constructor(private readonly a: number) {}\n}'],
  [
    'a factory has a private constructor',
    RUNNER,
    'export class A {\n  private constructor(readonly a: number) {}\n\n  static async open() {\n    return new A(await go());\n  }\n}',
  ],
  ['a file has 250 lines', DOMAIN, lines(250)],
  ['`evolve` is as long as its union', DOMAIN, longFunction.replace('long()', 'evolve()')],
  ['`evolve` has a case for each event', DOMAIN, `export function evolve() {\n${branches(20)}\n}\n`],
  ['a suite of tests has more than 60 lines', SPEC, `describe('long', () => {\n${lines(80)}\n});\n`],
  ['a migration has more than 60 lines', MIGRATION, longFunction],
];

function otherThan(context: string, part: string): string {
  const other = CONTEXTS.find((name) => name !== context && existsSync(join(ROOT, 'libs', name, part)));
  if (!other) throw new Error(`${context} is the only context with ${part}`);
  return other;
}

function from(name: string): string {
  return `import * as all from '${name}';\nexport const kept = all;\n`;
}
