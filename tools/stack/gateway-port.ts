import { freePort, isFree } from '@syntropic/testing/servers';

const DEFAULT_PORT = 8137;
const COLLECTOR_PORT = 8138;

/** The requested port; without a request the default one, or a free one when that is taken. */
export async function gatewayPort(requested: number | undefined): Promise<number> {
  if (requested === undefined) return (await isFree(DEFAULT_PORT)) ? DEFAULT_PORT : freePort();
  if (await isFree(requested)) return requested;
  throw new Error(`port ${requested} is taken: name another one with --port`);
}

/** The usual port of the collector, or a free one when that is taken. */
export const collectorPort = async (): Promise<number> =>
  (await isFree(COLLECTOR_PORT)) ? COLLECTOR_PORT : freePort();
