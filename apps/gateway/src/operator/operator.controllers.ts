import { OperatorController } from './operator.controller';
import { QuarantineController } from './quarantine.controller';
import { RebuildsController } from './rebuilds.controller';
import { WorkController } from './work.controller';

/** What operators look at, and do, when a part of the platform stands still. */
export const OPERATOR = [OperatorController, QuarantineController, WorkController, RebuildsController];
