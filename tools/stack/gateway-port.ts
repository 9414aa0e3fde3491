import { freePort, isFree } from '@syntropic/testing/servers';

const USUAL_PORT = 8137;

/** The wanted port, or else the usual one, or any when somebody has that. */
export async function gatewayPort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return (await isFree(USUAL_PORT)) ? USUAL_PORT : freePort();
  if (await isFree(wanted)) return wanted;
  throw new Error(`port ${wanted} is taken: name another one with --port`);
}
