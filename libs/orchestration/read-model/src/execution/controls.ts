import type { Recorded } from '@syntropic/kernel';
import type { ExecutionEvent, ExecutionEvents } from '@syntropic/orchestration/contracts';
import type { PhaseRow } from './phase-row';

/** The controls of users whose newest request an execution shows. */
type Control = 'pause' | 'resume' | 'interrupt' | 'cancel' | 'retry' | 'budget' | 'approve' | 'reject';

/** The newest request of a control, and when it became a fact. */
export type ControlRow = Readonly<{
  control: Control;
  requestedAt: string;
  effectiveAt: string | null;
  /** When it could take effect no more: it was withdrawn, or the execution ended or was interrupted first. */
  lapsedAt: string | null;
  reason?: string | undefined;
  /** `limit`: no person has requested the pause. */
  why?: 'limit' | undefined;
  /** The time at which the execution resumes by itself. */
  until?: string | undefined;
  /** The phase that an approval or a rejection is about. */
  phaseId?: string | undefined;
  /** The phases that have to run before a resume or a retry is a fact. */
  awaits: readonly string[];
}>;

/** At most one of each control, oldest first. */
export type Controls = readonly ControlRow[];

type Fold<E extends ExecutionEvent> = (controls: Controls, event: Recorded<E>, phases: readonly PhaseRow[]) => Controls;

const FOLDS: { readonly [Type in ExecutionEvent['type']]?: Fold<ExecutionEvents[Type]> } = {
  ExecutionPauseRequested: (controls, { data: { reason, why, until }, recordedAt: at }) =>
    requested(controls, { control: 'pause', at, reason, ...(why && { why, until }) }),
  ExecutionInterruptRequested: (controls, { data: { reason }, recordedAt: at }) =>
    requested(lapsed(controls, at, ['pause']), { control: 'interrupt', at, reason }),
  ExecutionPaused: (controls, { recordedAt: at }) => lapsed(effective(controls, 'pause', at), at, ['resume', 'retry']),
  ExecutionResumed: (controls, { recordedAt: at }, phases) => {
    const awaits = phases.filter(({ status }) => status === 'paused').map(({ phaseId }) => phaseId);
    return requested(lapsed(controls, at, ['pause']), { control: 'resume', at, awaits });
  },
  ExecutionRetried: (controls, { data: { automaticRetry, phaseIds: awaits }, recordedAt: at }) =>
    automaticRetry === undefined ? requested(controls, { control: 'retry', at, awaits }) : controls,
  ExecutionCancelRequested: (controls, { data: { reason }, recordedAt: at }) =>
    requested(controls, { control: 'cancel', at, reason }),
  BudgetChanged: (controls, { recordedAt: at }) => atOnce(controls, { control: 'budget', at }),
  PhaseResumed: ran,
  PhaseStarted: ran,
  PhaseAwaitingApproval: ran,
  PhaseStopped: ran,
  PhaseCompleted: (controls, event, phases) => {
    const { phaseId } = event.data;
    if (!isWaiting(phases, phaseId)) return ran(controls, event);
    return atOnce(controls, { control: 'approve', at: event.recordedAt, phaseId });
  },
  PhaseFailed: (controls, event, phases) => {
    const { phaseId, error: reason } = event.data;
    if (!isWaiting(phases, phaseId)) return ran(controls, event);
    return atOnce(controls, { control: 'reject', at: event.recordedAt, phaseId, reason });
  },
  ExecutionCancelled: (controls, { recordedAt: at }) => lapsed(effective(controls, 'cancel', at), at),
  ExecutionInterrupted: (controls, { data: { why }, recordedAt: at }) =>
    lapsed(why === 'requested' ? effective(controls, 'interrupt', at) : controls, at),
  ExecutionCompleted: (controls, { recordedAt: at }) => lapsed(controls, at),
  ExecutionFailed: (controls, { recordedAt: at }) => lapsed(controls, at),
};

/** The controls after an event. `phases`: before it. */
export function controlsAfter(
  controls: Controls,
  event: Recorded<ExecutionEvent>,
  phases: readonly PhaseRow[],
): Controls {
  // The table has for each type a fold of its events.
  const fold = FOLDS[event.type] as Fold<ExecutionEvent> | undefined;
  return fold ? fold(controls, event, phases) : controls;
}

type Request = Pick<ControlRow, 'control' | 'reason' | 'why' | 'until' | 'phaseId'> & Readonly<{ at: string }>;

/** Replaces the former request of the control. One that awaits phases is a fact when they run, at once if there are none. */
function requested(
  controls: Controls,
  { awaits, ...request }: Request & Partial<Pick<ControlRow, 'awaits'>>,
): Controls {
  if (awaits?.length === 0) return atOnce(controls, request);
  return replaced(controls, request, { effectiveAt: null, awaits: awaits ?? [] });
}

const atOnce = (controls: Controls, request: Request): Controls =>
  replaced(controls, request, { effectiveAt: request.at, awaits: [] });

const replaced = (
  controls: Controls,
  { at, ...request }: Request,
  outcome: Pick<ControlRow, 'effectiveAt' | 'awaits'>,
): Controls => [
  ...controls.filter(({ control }) => control !== request.control),
  { ...request, requestedAt: at, lapsedAt: null, ...outcome },
];

const effective = (controls: Controls, control: Control, at: string): Controls =>
  controls.map((one) => (one.control === control && isOpen(one) ? { ...one, effectiveAt: at } : one));

/** Open requests of these controls, or of all, take effect no more. */
const lapsed = (controls: Controls, at: string, which?: readonly Control[]): Controls =>
  controls.map((one) =>
    isOpen(one) && (!which || which.includes(one.control)) ? { ...one, lapsedAt: at, awaits: [] } : one,
  );

type OfPhase = Readonly<{ data: Readonly<{ phaseId: string }>; recordedAt: string }>;

/** The phase runs, or its attempt has ended, which it does only after it ran. */
function ran(controls: Controls, { data: { phaseId }, recordedAt }: OfPhase): Controls {
  return controls.map((one) => {
    if (!one.awaits.includes(phaseId)) return one;
    const awaits = one.awaits.filter((id) => id !== phaseId);
    return { ...one, awaits, ...(awaits.length === 0 && { effectiveAt: recordedAt }) };
  });
}

const isWaiting = (phases: readonly PhaseRow[], phaseId: string): boolean =>
  phases.some((phase) => phase.phaseId === phaseId && phase.status === 'waiting');

const isOpen = ({ effectiveAt, lapsedAt }: ControlRow): boolean => effectiveAt === null && lapsedAt === null;
