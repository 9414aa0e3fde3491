import { withoutHostPaths } from './outward-text';

describe('a text for readers outside', () => {
  it.each([
    ["ENOENT: no such file or directory, open '/var/lib/runner/none'", 'ENOENT: no such file or directory'],
    ['mount: /srv/runner/volume: denied', 'mount: <path>: denied'],
    ["Cannot find module '/app/dist/apps/gateway/src/yaml.worker.js'", "Cannot find module '<path>'"],
    ['https://github.com/owner/name answered 4/5', 'https://github.com/owner/name answered 4/5'],
    ['Cannot GET /api/executions/none', 'Cannot GET /api/executions/none'],
    ['file:///srv/git/repo is not allowed', 'file:///srv/git/repo is not allowed'],
  ])('of %j is %j', (text, outward) => {
    expect(withoutHostPaths(text)).toBe(outward);
  });
});
