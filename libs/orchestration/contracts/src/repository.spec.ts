import { GITHUB_COM, GithubServer, GithubUrl, repositoryName } from './repository';

const enterprise = new GithubServer('https://git.acme.example/github');

describe('the address of a GitHub server', () => {
  it('is one of https, or of this machine, and has no slash at its end', () => {
    const read = (url: string) => GithubUrl.safeParse(url).data;
    expect(read('https://git.acme.example/')).toBe('https://git.acme.example');
    expect(read('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
    for (const url of ['http://git.acme.example', 'ssh://git@git.acme.example', 'https://a:b@c', 'https://a?b', 'acme'])
      expect(read(url)).toBeUndefined();
  });
});

describe('a repository', () => {
  it('without a server is on that of the deployment', () => {
    expect(GITHUB_COM.urlOf('o/r')).toBe('https://github.com/o/r');
    expect(enterprise.urlOf('o/r')).toBe('https://git.acme.example/github/o/r');
    expect(enterprise.urlOf('https://github.com/o/r')).toBe('https://github.com/o/r');
  });

  it('is known by its address on that server alone', () => {
    expect(GITHUB_COM.repositoryAt('https://github.com/o/r.git')).toEqual({ owner: 'o', name: 'r' });
    expect(enterprise.repositoryAt('https://git.acme.example/github/o/r')).toEqual({ owner: 'o', name: 'r' });
    expect(enterprise.repositoryAt('https://git.acme.example/githubs/o/r')).toBeUndefined();
    expect(enterprise.repositoryAt('https://github.com/o/r')).toBeUndefined();
    expect(GITHUB_COM.repositoryAt('https://github.com.evil.example/o/r')).toBeUndefined();
    expect(GITHUB_COM.repositoryAt('https://gitlab.com/o/r')).toBeUndefined();
  });

  it.each(['o/r', 'https://github.com/o/r.git', 'https://git.acme.example/github/o/r/', 'http://127.0.0.1:80/o/r'])(
    'that an execution names as %s is o/r',
    (repo) => {
      expect(repositoryName(repo)).toEqual({ owner: 'o', name: 'r' });
    },
  );

  it.each(['o', 'https://github.com/o', 'file:///srv/o/r', 'o/..', 'https://github.com/o/..'])(
    '%s has no name',
    (repo) => {
      expect(repositoryName(repo)).toBeUndefined();
    },
  );
});
