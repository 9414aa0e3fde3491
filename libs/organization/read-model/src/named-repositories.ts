import { MAX_REPOS, RepoFullName, repositoryKey } from '@syntropic/kernel';
import { repositoryName } from '@syntropic/orchestration/contracts';

/** Keys of the repositories that an event names. Names that cannot be registered have none: those of directories on a runner's disk, and those that are too long. */
export const namedRepositories = (repos: readonly string[]): readonly string[] =>
  repos
    .slice(0, MAX_REPOS)
    .flatMap((repo) => repositoryName(repo) ?? [])
    .map(({ owner, name }) => `${owner}/${name}`)
    .filter((fullName) => RepoFullName.safeParse(fullName).success)
    .map((fullName) => repositoryKey('github', fullName));
