import { Roles } from './0001-roles';
import { Log } from './0002-log';
import { Ops } from './0003-ops';
import { Telemetry } from './0004-telemetry';
import { Relay } from './0005-relay';
import { DeadLetters } from './0006-dead-letters';
import { Read } from './0007-read';
import { ReadModels } from './0008-read-models';
import { Processes } from './0009-processes';
import { Operator } from './0010-operator';
import { Retention } from './0011-retention';
import { Execution2 } from './0012-execution-2';
import { Forgetting } from './0013-forgetting';
import { Execution3 } from './0014-execution-3';
import { ProcessBacklog } from './0015-process-backlog';
import { Standstill } from './0016-standstill';

/** The one history of the schema, oldest first. */
export const MIGRATIONS = [
  Roles,
  Log,
  Ops,
  Telemetry,
  Relay,
  DeadLetters,
  Read,
  ReadModels,
  Processes,
  Operator,
  Retention,
  Execution2,
  Forgetting,
  Execution3,
  ProcessBacklog,
  Standstill,
] as const;
