import { LocalServer } from './local-server';
import { answers } from './tcp-answer';

export interface S3Options {
  readonly directory: string;
  readonly log: string;
}

/** The one key that the server knows. */
export const S3_KEY = 'S3RVER';

const RUN = 'require(process.argv[1]).parseAsync(process.argv.slice(2), { from: "user" })';

/** An S3 server that keeps its buckets in a directory: for specs, where losing them in a power cut does not matter. */
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
      // It calculates another signature than its clients for requests about a bucket as a whole, so none may count.
      const rules = ['--no-vhost-buckets', '--allow-mismatched-signatures'];
      return Promise.resolve([process.execPath, '-e', RUN, '--', cli, ...where, ...rules]);
    },
    isReady: (port) => answers(port, 'HEAD / HTTP/1.0\r\n\r\n', /^HTTP/),
    url: (port) => `http://127.0.0.1:${port}`,
  });
}
