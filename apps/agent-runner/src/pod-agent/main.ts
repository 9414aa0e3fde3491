import { readFileSync } from 'node:fs';
import { dial } from './dial';
import { PodAgent } from './pod-agent';
import { POD_PATHS } from './protocol';

/** The first program of a workspace's pod: it serves the runner that has created the pod, and ends with it. */
async function main([, , host = '', port = '', id = '', path = '']: readonly string[]): Promise<void> {
  const token = readFileSync(POD_PATHS.token, 'utf8').trim();
  const end = () => {
    // The container ends with its first program, and the kernel ends all others in it.
    process.exit(0);
  };
  const session = await dial({ host, port: Number(port), id, token }, end);
  new PodAgent(path, end).serve(session);
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
