import { parseOptions } from './options';

describe('the command line', () => {
  it('needs nothing', () => {
    expect(parseOptions([])).toEqual({
      dataDirectory: `${process.cwd()}/.data`,
      logDirectory: `${process.cwd()}/.data/logs`,
      demo: true,
    });
  });

  it('sets the port and the directories, and disables the example', () => {
    const args = [
      '--port',
      '9000',
      '--data-dir',
      '/data',
      '--log-dir',
      '/logs',
      '--no-demo',
      '--no-install',
      '--with-claude',
    ];

    expect(parseOptions(args)).toEqual({ port: 9000, dataDirectory: '/data', logDirectory: '/logs', demo: false });
  });

  it.each(['0', '65536', '80.5', 'http'])('refuses the port %s', (port) => {
    expect(() => parseOptions(['--port', port])).toThrow('--port takes a number');
  });

  it('refuses unknown options', () => {
    expect(() => parseOptions(['--prot', '9000'])).toThrow('--prot');
  });
});
