import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { projectsOf } from '../nx/projects.cjs';
import { ALLOWED, banned, BREACHES, CONTEXTS, never, only, ROOT } from './breaches';

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

  it('a breach of every constraint', () => {
    const shown = BREACHES.map(([, , , { source }]) => source);
    const unshown = answer.depConstraints.flatMap((constraint) => {
      const tags = tagsOf(constraint).join('" and "');
      if (tags === 'type:overview') return [];
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

describe('the constraints', () => {
  it('apply to every project by its type, and to an app by its role', () => {
    const constrained = new Set(answer.depConstraints.flatMap(tagsOf));
    const unconstrained = projectsOf(sources()).filter(({ tags }) => {
      const kind = tags.includes('type:app') ? 'role:' : 'type:';
      return !tags.some((tag) => tag.startsWith(kind) && constrained.has(tag));
    });
    expect(unconstrained.map(({ root }) => root)).toEqual([]);
  });

  it('apply to every context', () => {
    const scopes = answer.depConstraints.flatMap(({ sourceTag }) => sourceTag ?? []);
    expect(scopes).toEqual(expect.arrayContaining(CONTEXTS.map((context) => `scope:${context}`)));
  });
});

const tagsOf = ({ sourceTag, allSourceTags = [] }: z.infer<typeof Answer>['depConstraints'][number]) =>
  sourceTag === undefined ? allSourceTags : [sourceTag];

const sources = () =>
  ['apps', 'libs', 'tools'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );

async function linted(texts: readonly { file: string; text: string }[]): Promise<string> {
  const lint = promisify(execFile)(process.execPath, [join(__dirname, 'lint-texts.mjs')]);
  lint.child.stdin?.end(JSON.stringify(texts));
  return (await lint).stdout;
}
