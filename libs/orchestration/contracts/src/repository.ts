import { z } from 'zod';

const OWNER_AND_NAME = /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/;
const GITHUB = /^https:\/\/github\.com\/([A-Za-z0-9-]+)\/(?!\.)([A-Za-z0-9._-]+?)(?:\.git)?\/?$/;
const FILE = /^file:\/\/\/./;

/** The URL a repository is cloned from; `owner/name` means GitHub. */
export const repositoryUrl = (repo: string): string =>
  OWNER_AND_NAME.test(repo) ? `https://github.com/${repo}` : repo;

/** Owner and name of a GitHub repository; undefined for any other URL. */
export function githubRepository(url: string): Readonly<{ owner: string; name: string }> | undefined {
  const [, owner, name] = GITHUB.exec(url) ?? [];
  return owner && name ? { owner, name } : undefined;
}

/** True for a repository on the runner's disk. Runners accept it only for demonstrations and tests. */
export const isOnDisk = (url: string): boolean => FILE.test(url);

/** True when some runner may be able to clone it. */
export function isCloneable(repo: string): boolean {
  const url = repositoryUrl(repo);
  return githubRepository(url) !== undefined || isOnDisk(url);
}

const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/i;

/** A repository as a request names it. Events and answers show it, so it holds no credentials. */
export const RepositoryReference = z
  .string()
  .max(2_048)
  .refine(
    (repo) => !CREDENTIALS.test(repo),
    'holds a user name, password or token: runners have their own credentials',
  );

/** The reference without credentials, for texts. */
export const withoutCredentials = (repo: string): string => repo.replace(CREDENTIALS, '$1');
