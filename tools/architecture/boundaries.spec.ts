import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const DOMAIN = 'libs/orchestration/domain/src/breach.ts';
const CONTRACTS = 'libs/orchestration/contracts/src/breach.ts';
const APPLICATION = 'libs/orchestration/application/src/breach.ts';
const READ_MODEL = 'libs/orchestration/read-model/src/breach.ts';
const KERNEL = 'libs/platform/kernel/src/breach.ts';
const RUNNER = 'apps/agent-runner/src/breach.ts';

const only = (tags: string) => new RegExp(`tagged with "${tags}" can only depend on`);
const never = (tags: string) => new RegExp(`tagged with "${tags}" can not depend on`);
const banned = (tags: string) => new RegExp(`tagged with "${tags}" is not allowed to import`);

/** What somebody might write, where, and what is said to it. */
const BREACHES: readonly (readonly [what: string, file: string, text: string, reported: RegExp])[] = [
  ['the kernel takes from a library', KERNEL, from('@syntropic/postgres'), only('type:kernel')],
  ['the kernel takes a framework', KERNEL, from('@nestjs/common'), banned('type:kernel')],
  ['contracts take from a library', CONTRACTS, from('@syntropic/messaging'), only('type:contracts')],
  [
    'contracts take from those of another context',
    CONTRACTS,
    from('@syntropic/artifacts/contracts'),
    only('type:contracts'),
  ],
  ['contracts take a driver', CONTRACTS, from('nats'), banned('type:contracts')],
  ['a domain takes from the platform', DOMAIN, from('@syntropic/event-store'), only('type:domain')],
  ['a domain takes a framework', DOMAIN, from('@nestjs/cqrs'), banned('type:domain')],
  [
    'a domain sees the contracts of another context',
    DOMAIN,
    from('@syntropic/artifacts/contracts'),
    only('scope:orchestration" and "type:domain'),
  ],
  [
    'the domain of artifacts sees the contracts of another context',
    'libs/artifacts/domain/src/breach.ts',
    from('@syntropic/orchestration/contracts'),
    only('scope:artifacts" and "type:domain'),
  ],
  [
    'the domain of sessions sees the contracts of another context',
    'libs/agent-sessions/domain/src/breach.ts',
    from('@syntropic/orchestration/contracts'),
    only('scope:agent-sessions" and "type:domain'),
  ],
  [
    'an application takes from a read model',
    APPLICATION,
    from('@syntropic/orchestration/read-model'),
    only('type:application'),
  ],
  ['an application takes a driver', APPLICATION, from('pg'), banned('type:application')],
  [
    'an application takes the domain of another context',
    APPLICATION,
    from('@syntropic/artifacts/domain'),
    only('scope:orchestration'),
  ],
  [
    'the application of artifacts takes the domain of another context',
    'libs/artifacts/application/src/breach.ts',
    from('@syntropic/orchestration/domain'),
    only('scope:artifacts'),
  ],
  [
    'the application of sessions takes the domain of another context',
    'libs/agent-sessions/application/src/breach.ts',
    from('@syntropic/orchestration/domain'),
    only('scope:agent-sessions'),
  ],
  ['a read model knows rules', READ_MODEL, from('@syntropic/orchestration/domain'), only('type:read-model')],
  ['a read model takes a driver', READ_MODEL, from('ioredis'), banned('type:read-model')],
  [
    'the platform knows a context',
    'libs/platform/work/src/breach.ts',
    from('@syntropic/orchestration/contracts'),
    only('type:platform'),
  ],
  ['a tool takes from a domain', 'tools/stack/breach.ts', from('@syntropic/orchestration/domain'), only('type:tool')],
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
    'the collector touches aggregates',
    'apps/observability-collector/src/breach.ts',
    from('@syntropic/artifacts/domain'),
    only('role:edge'),
  ],
  ['the runner reads a model', RUNNER, from('@syntropic/artifacts/read-model'), only('role:edge')],
  ['the runner reaches the database', RUNNER, from('pg'), banned('scope:agent-runner')],
  [
    'anybody takes from an app',
    'tools/architecture/breach.ts',
    from('../../apps/gateway/src/gateway.config'),
    /cannot be imported by a relative/,
  ],
  [
    'anybody goes past an index',
    READ_MODEL,
    from('../../contracts/src/work-order'),
    /cannot be imported by a relative/,
  ],
  ['a library goes through its own index', KERNEL, from('@syntropic/kernel'), /should use relative imports/],
  ['a package is used that is not declared', RUNNER, from('acorn'), /Only packages defined in the "package.json"/],
  ['the kernel reaches Node', KERNEL, from('node:fs'), /no-restricted-imports.*nothing of Node/],
  ['contracts reach Node', CONTRACTS, from('node:timers'), /no-restricted-imports.*nothing of Node/],
  ['a domain reaches Node', DOMAIN, from('node:fs/promises'), /no-restricted-imports.*nothing of Node/],
  [
    'a domain ships its test support',
    DOMAIN,
    from('@syntropic/kernel/testing'),
    /no-restricted-imports.*belongs in specs/,
  ],
  ['a service ships test support', RUNNER, from('@syntropic/testing'), /no-restricted-imports.*belongs in specs/],
  [
    'a service reads the environment',
    RUNNER,
    'export const path = process.env;',
    /no-restricted-properties.*Only platform\/config/,
  ],
  [
    'a library reads the environment',
    'libs/platform/work/src/breach.ts',
    'export const { env } = process;',
    /no-restricted-properties.*Only platform\/config/,
  ],
  ['something is exported without a name', RUNNER, 'export default 1;', /no-restricted-syntax.*by name/],
  ['an enum is declared', DOMAIN, 'export enum Status { Running }', /no-restricted-syntax.*union/],
  ['anything goes', DOMAIN, 'export const anything = (value: any) => void value;', /no-explicit-any/],
  ['absence is denied', DOMAIN, 'export const first = (all: string[]) => all[0]!.length;', /no-non-null-assertion/],
];

/** What the same rules leave alone. */
const ALLOWED: readonly (readonly [what: string, file: string, text: string])[] = [
  ['the kernel hashes', KERNEL, from('node:crypto')],
  ['a domain takes from its contracts', DOMAIN, from('@syntropic/orchestration/contracts')],
  ['an application hears other contexts', APPLICATION, from('@syntropic/agent-sessions/contracts')],
  ['a library for services knows the framework', 'libs/platform/service/src/breach.ts', from('@nestjs/common')],
  ['config reads the environment', 'libs/platform/config/src/breach.ts', 'export const { env } = process;'],
  ['a spec takes test support', 'libs/orchestration/domain/src/breach.spec.ts', from('@syntropic/kernel/testing')],
];

const Answer = z.object({
  reports: z.array(z.array(z.string())),
  depConstraints: z.array(
    z.object({
      sourceTag: z.string().optional(),
      allSourceTags: z.array(z.string()).optional(),
      onlyDependOnLibsWithTags: z.array(z.string()).optional(),
      notDependOnLibsWithTags: z.array(z.string()).optional(),
      bannedExternalImports: z.array(z.string()).optional(),
    }),
  ),
});

let answer: z.infer<typeof Answer>;
beforeAll(async () => {
  answer = Answer.parse(JSON.parse(await linted([...BREACHES, ...ALLOWED].map(([, file, text]) => ({ file, text })))));
});

describe('the lint rules report', () => {
  it.each(BREACHES.map(([what, , , reported], index) => [what, reported, index] as const))(
    'that %s',
    (_, reported, index) => {
      expect(answer.reports[index]).toEqual(expect.arrayContaining([expect.stringMatching(reported)]));
    },
  );

  it.each(ALLOWED.map(([what], index) => [what, BREACHES.length + index] as const))('nothing when %s', (_, index) => {
    expect(answer.reports[index]).toEqual([]);
  });

  it('a breach of every constraint there is', () => {
    const shown = BREACHES.map(([, , , { source }]) => source);
    const unshown = answer.depConstraints.flatMap((constraint) => {
      const tags = constraint.sourceTag ?? constraint.allSourceTags?.join('" and "') ?? '';
      if (NOT_YET.some((scope) => tags.includes(scope)) || tags === 'type:overview') return [];
      const { onlyDependOnLibsWithTags, notDependOnLibsWithTags, bannedExternalImports } = constraint;
      const kinds = [
        ...(onlyDependOnLibsWithTags ? [only(tags)] : []),
        ...(notDependOnLibsWithTags ? [never(tags)] : []),
        ...(bannedExternalImports ? [banned(tags)] : []),
      ];
      return kinds.map(({ source }) => source).filter((source) => !shown.includes(source));
    });
    expect(unshown).toEqual([]);
  });
});

/** Contexts that have rules and no library. */
const NOT_YET = ['scope:organization', 'scope:github'];

function from(name: string): string {
  return `import * as all from '${name}';\nexport const kept = all;\n`;
}

async function linted(texts: readonly { file: string; text: string }[]): Promise<string> {
  const lint = promisify(execFile)(process.execPath, [join(__dirname, 'lint-texts.mjs')]);
  lint.child.stdin?.end(JSON.stringify(texts));
  return (await lint).stdout;
}
