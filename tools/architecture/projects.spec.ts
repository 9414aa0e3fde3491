import { projectsOf } from '../nx/projects.cjs';

describe('a project', () => {
  it.each([
    ['libs/billing/read-model', 'billing-read-model', ['scope:billing', 'type:read-model']],
    ['libs/platform/messaging', 'messaging', ['scope:platform', 'type:platform']],
    ['libs/platform/kernel', 'kernel', ['scope:platform', 'type:kernel']],
  ])('in %s needs an index and nothing else', (root, name, tags) => {
    expect(projectsOf([`${root}/src/index.ts`])).toMatchObject([{ root, name, tags, projectType: 'library' }]);
  });

  it('of an app has the role that is named for it', () => {
    expect(projectsOf(['apps/gateway/src/main.ts', 'apps/gateway/test/http.int.spec.ts'])).toMatchObject([
      { name: 'gateway', projectType: 'application', tags: ['scope:gateway', 'type:app', 'role:read'] },
    ]);
    expect(() => projectsOf(['apps/dashboard/src/main.ts'])).toThrow('apps/dashboard has no role');
  });

  it('of a tool is a library where it can be imported', () => {
    const tools = projectsOf(['tools/bench/main.ts', 'tools/stack/index.ts', 'tools/migrations/index.ts']);

    expect(tools.map(({ projectType }) => projectType)).toEqual(['application', 'library', 'library']);
    expect(tools.map(({ tags }) => tags)).toEqual([
      ['scope:tools', 'type:tool'],
      ['scope:tools', 'type:tool'],
      ['scope:platform', 'type:platform'],
    ]);
  });

  it('is tested where it has specs', () => {
    const [bare, tested] = projectsOf(['libs/billing/contracts/src/index.ts', 'libs/billing/domain/src/bill.spec.ts']);

    expect(Object.keys(bare?.targets ?? {})).toEqual(['typecheck', 'lint']);
    expect(tested?.targets).toMatchObject({ test: { command: 'jest libs/billing/domain/' } });
  });
});
