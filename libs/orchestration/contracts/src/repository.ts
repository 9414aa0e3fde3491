const OWNER_AND_NAME = /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/;
const GITHUB = /^https:\/\/github\.com\/([A-Za-z0-9-]+)\/(?!\.)([A-Za-z0-9._-]+?)(?:\.git)?\/?$/;
const FILE = /^file:\/\/\/./;

/** Where a repository is cloned from: `owner/name` is GitHub's. */
export const repositoryUrl = (repo: string): string =>
  OWNER_AND_NAME.test(repo) ? `https://github.com/${repo}` : repo;

/** Whose repository of GitHub this URL names; undefined where it names none. */
export function githubRepository(url: string): Readonly<{ owner: string; name: string }> | undefined {
  const [, owner, name] = GITHUB.exec(url) ?? [];
  return owner && name ? { owner, name } : undefined;
}

/** Of a machine's own disk: for demonstrations and tests, where a runner allows it. */
export const isOnDisk = (url: string): boolean => FILE.test(url);

/** Whether there can be a runner that clones it. */
export function isCloneable(repo: string): boolean {
  const url = repositoryUrl(repo);
  return githubRepository(url) !== undefined || isOnDisk(url);
}
