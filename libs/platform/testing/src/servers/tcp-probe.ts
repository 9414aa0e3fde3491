import { connect } from 'node:net';

const TIMEOUT_MS = 1_000;

/** True when the server on this loopback port answers `greeting` with text that matches. */
export function respondsWith(port: number, greeting: string, expected: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: TIMEOUT_MS });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .on('connect', () => socket.write(greeting))
      .on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (expected.test(received)) settle(true);
      })
      .on('timeout', () => {
        settle(false);
      })
      .on('error', () => {
        settle(false);
      })
      .on('close', () => {
        settle(false);
      });
  });
}
