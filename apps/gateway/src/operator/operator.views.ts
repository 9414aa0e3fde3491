import type { ProcessState } from '@syntropic/processes';
import type { ProjectionState } from '@syntropic/projections';
import type { EventShown, ProcessEventShown, ProcessShown, ProjectionShown } from './operator.dto';

export const projectionShown = ({ failing, parked, ...state }: ProjectionState, head: number): ProjectionShown => ({
  ...state,
  behind: head - state.position,
  failing_event: failing && eventShown(failing),
  parked: parked.map(({ event, by, at, ...why }) => ({
    ...why,
    event: eventShown(event),
    parked_by: by,
    parked_at: at,
  })),
});

const eventShown = ({
  position,
  id,
  type,
  stream,
  version,
  recordedAt,
  data,
}: NonNullable<ProjectionState['failing']>): EventShown => ({
  position,
  id,
  type,
  stream,
  version,
  recorded_at: recordedAt,
  data,
});

export const processShown = (
  { readerPosition, failingSince, failing, parked, ...state }: ProcessState,
  head: number,
): ProcessShown => ({
  ...state,
  behind: head - readerPosition,
  failing_since: failingSince,
  failing: failing.map(({ event, failingSince: since, nextAttemptAt, ...why }) => ({
    ...why,
    event: processEventShown(event),
    failing_since: since,
    next_attempt_at: nextAttemptAt,
  })),
  parked: parked.map(({ event, by, at, ...why }) => ({
    ...why,
    event: processEventShown(event),
    parked_by: by,
    parked_at: at,
  })),
});

const processEventShown = ({
  recordedAt,
  data,
  ...event
}: ProcessState['failing'][number]['event']): ProcessEventShown => ({
  ...event,
  recorded_at: recordedAt,
  data: data && { ...data },
});
