import { z } from 'zod';

const OWNER_AND_NAME = /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/;
/** What follows the address of the server. */
const REPOSITORY_PATH = /^\/([A-Za-z0-9-]+)\/(?!\.)([A-Za-z0-9._-]+?)(?:\.git)?\/?$/;
const URL_WITH_OWNER = /^https?:\/\/[^/]+\/.+\/./;
const FILE = /^file:\/\/\/./;

type OwnerAndName = Readonly<{ owner: string; name: string }>;

/** The address of a GitHub server. Tokens are sent to it: only one on this machine is spoken to without TLS. */
export const GithubUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .max(200)
  .refine((url) => url.startsWith('https:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname), {
    message: 'is an https address, or one of this machine',
  })
  .refine((url) => !/[@?#\s]/.test(url), { message: 'has no user, query or fragment' })
  .transform((url) => url.replace(/\/+$/, ''));

/** The server that has a deployment's repositories: GitHub.com, or the GitHub Enterprise Server of a company. */
export class GithubServer {
  /** @param url as `GithubUrl` gives it, without a slash at its end */
  constructor(readonly url: string) {}

  /** The URL a repository is cloned from; `owner/name` is on this server. */
  urlOf(repo: string): string {
    return OWNER_AND_NAME.test(repo) ? `${this.url}/${repo}` : repo;
  }

  /** Owner and name of a repository on this server; undefined for any other URL. */
  repositoryAt(url: string): OwnerAndName | undefined {
    return url.startsWith(`${this.url}/`) ? ownerAndName(url.slice(this.url.length)) : undefined;
  }

  /** True when some runner may be able to clone it. */
  isCloneable(repo: string): boolean {
    const url = this.urlOf(repo);
    return this.repositoryAt(url) !== undefined || isOnDisk(url);
  }
}

export const GITHUB_COM = new GithubServer('https://github.com');

/** Owner and name of a repository as a started execution names it, whichever server its deployment has. */
export function repositoryName(repo: string): OwnerAndName | undefined {
  if (OWNER_AND_NAME.test(repo)) return ownerAndName(`/${repo}`);
  if (!URL_WITH_OWNER.test(repo)) return undefined;
  return ownerAndName(`/${repo.split('/').filter(Boolean).slice(-2).join('/')}`);
}

function ownerAndName(path: string): OwnerAndName | undefined {
  const [, owner, name] = REPOSITORY_PATH.exec(path) ?? [];
  return owner && name ? { owner, name } : undefined;
}

/** True for a repository on the runner's disk. Runners accept it only for demonstrations and tests. */
export const isOnDisk = (url: string): boolean => FILE.test(url);

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
