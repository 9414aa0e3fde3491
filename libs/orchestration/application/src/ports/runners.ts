import type { Capabilities } from '@syntropic/orchestration/domain';

/** The runners that are connected now. */
export abstract class Runners {
  abstract capabilities(): Promise<Capabilities>;
}
