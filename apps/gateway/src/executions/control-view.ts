import type { ControlRow } from '@syntropic/orchestration/read-model';
import type { Immutable } from '@syntropic/kernel';
import type { ControlView } from './controls.dto';

export const controlView = (control: Immutable<ControlRow>): ControlView => ({
  control: control.control,
  requested_at: control.requestedAt,
  effective_at: control.effectiveAt,
  lapsed_at: control.lapsedAt,
  reason: control.reason ?? null,
  why: control.why ?? null,
  until: control.until ?? null,
  phase_id: control.phaseId ?? null,
});
