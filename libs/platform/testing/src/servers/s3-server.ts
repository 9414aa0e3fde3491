import { LocalServer } from './local-server';
import { respondsWith } from './tcp-probe';

export interface S3Options {
  readonly directory: string;
  readonly log: string;
}

/** The only key that the server accepts. */
export const S3_KEY = 'S3RVER';

const RUN = 'require(process.argv[1]).parseAsync(process.argv.slice(2), { from: "user" })';

/** An S3 server that keeps its buckets in a directory. It does not sync to disk, so it is for specs only. */
export function s3Server({ directory, log }: S3Options): LocalServer {
  return new LocalServer({
    name: 's3',
    directory,
    log,
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
    prepare(port) {
      const cli = require.resolve('@20minutes/s3rver/lib/cli.js');
      const where = ['--directory', directory, '--address', '127.0.0.1', '--port', `${port}`];
      // Signatures are not checked: its own differ from its clients' for requests about a whole bucket.
      const rules = ['--no-vhost-buckets', '--allow-mismatched-signatures'];
      return Promise.resolve([process.execPath, '-e', RUN, '--', cli, ...where, ...rules]);
    },
    isReady: (port) => respondsWith(port, 'HEAD / HTTP/1.0\r\n\r\n', /^HTTP/),
    url: (port) => `http://127.0.0.1:${port}`,
  });
}
