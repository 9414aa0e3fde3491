export { Sweeper, type SweeperOptions } from './sweeper';
export type { Capabilities, Control, NewWork, Work, WorkState } from './work';
export {
  WorkQueue,
  type AffectedWork,
  type Claim,
  type Offer,
  type Renewal,
  type Renewed,
  type RenewedLease,
  type WorkSignals,
} from './work-queue';
