import { GithubServer, workflowExecution } from '@syntropic/orchestration/contracts';
import { given, start, surroundings, two } from '../testing/steps';
import { WorkflowExecution } from './aggregate';
import { startExecution } from './start-execution';

const { StartExecution } = workflowExecution.commands;

describe('starting an execution on repositories', () => {
  it.each(['--upload-pack=x', 'o', 'o/..', 'o/r/s', 'git@github.com:o/r', 'https://user:key@github.com/o/r', ''])(
    'is refused with the repository %j, which no runner clones',
    (repo) => {
      given()
        .when(startExecution, StartExecution.schema.parse({ ...start, repos: ['o/r', repo] }), two, surroundings)
        .thenRefused('execution.repository_invalid');
    },
  );

  it('takes the repositories of the server that the deployment has, and of no other one', () => {
    const github = new GithubServer('https://git.acme.example/github');
    const startOf = (repo: string) =>
      given().when(startExecution, StartExecution.schema.parse({ ...start, repos: [repo] }), two, {
        ...surroundings,
        github,
      });

    startOf('https://github.com/o/r').thenRefused('execution.repository_invalid');
    startOf('https://git.acme.example/o/r').thenRefused('execution.repository_invalid');
    for (const repo of ['o/r', 'https://git.acme.example/github/o/r.git']) {
      const [started] = startExecution(
        WorkflowExecution.initial,
        StartExecution.schema.parse({ ...start, repos: [repo] }),
        two,
        { ...surroundings, github },
      );
      expect(started?.data).toMatchObject({ repos: [repo] });
    }
  });

  it.each(['o/r', 'o/r.js', 'https://github.com/o/r', 'https://github.com/o/r.git', 'file:///srv/r'])(
    'takes the repository %s',
    (repo) => {
      const [started] = startExecution(
        WorkflowExecution.initial,
        StartExecution.schema.parse({ ...start, repos: [repo] }),
        two,
        surroundings,
      );
      expect(started?.data).toMatchObject({ repos: [repo] });
    },
  );
});
