import type { CommandClient } from '@syntropic/messaging';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { CollectorClient } from '@syntropic/telemetry';
import type { Provider } from '../providers';
import type { Graces } from '../session';
import type { Backend } from '../workspaces';
import type { Leases } from './leases';
import type { SessionDirectories } from './session-directories';

/** What a runner offers to each of its assignments. */
export interface Facilities {
  readonly runner: string;
  readonly commands: CommandClient;
  readonly collector: CollectorClient;
  readonly leases: Leases;
  readonly objects: ObjectStorage;
  readonly directories: SessionDirectories;
  readonly backends: ReadonlyMap<string, Backend>;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly graces: Graces;
  /** How long a paused agent is kept before it is parked. */
  readonly pauseHoldMs: number;
  readonly allowFileRepositories: boolean;
  /** Hears of what went wrong and is dealt with. */
  readonly onFault: (error: unknown) => void;
}
