import type { Recorded } from '@syntropic/kernel';
import type { ExecutionEvent, ExecutionEvents } from '@syntropic/orchestration/contracts';
import { controlsAfter } from './controls';
import type { ExecutionRow } from './execution-row';

type Fold<E extends ExecutionEvent> = (row: ExecutionRow | undefined, event: Recorded<E>) => ExecutionRow | undefined;
type Folds = { readonly [Type in ExecutionEvent['type']]?: Fold<ExecutionEvents[Type]> };

/** The same folds, which also fold the controls. */
export function withControls(folds: Folds): Folds {
  // An entry does not tell that its fold is of its type's events.
  const entries = Object.entries(folds) as [string, Fold<ExecutionEvent>][];
  return Object.fromEntries(entries.map(([type, fold]) => [type, alsoControls(fold)]));
}

const alsoControls =
  (fold: Fold<ExecutionEvent>): Fold<ExecutionEvent> =>
  (before, event) => {
    const after = fold(before, event);
    const controls = controlsAfter(before?.detail.controls ?? [], event, before?.detail.phases ?? []);
    return after && { ...after, detail: { ...after.detail, controls } };
  };
