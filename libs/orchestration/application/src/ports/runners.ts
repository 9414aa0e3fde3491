import type { Capabilities } from '@syntropic/orchestration/domain';

/** The runners that are there now. */
export abstract class Runners {
  abstract capabilities(): Promise<Capabilities>;
}
