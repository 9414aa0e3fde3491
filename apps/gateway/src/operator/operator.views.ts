import { jsonBytes, shortText } from '@syntropic/kernel';
import type { ProcessState } from '@syntropic/processes';
import type { ProjectionState } from '@syntropic/projections';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { EventShown, ProcessShown, ProjectionShown } from './operator.dto';

/** The bytes of an answer for events as they are; each event beyond them has a line of text and no data. */
const WHOLE_BYTES = MAX_ANSWER_BYTES / 2;
const LINE_BYTES = 200;

/** The room of one answer: what is taken first is shown whole. */
class Room {
  #left = WHOLE_BYTES;

  fitted<Item extends Readonly<{ event: EventShown; error: string; reason?: string }>>(item: Item): Item {
    const bytes = jsonBytes(item);
    if (bytes <= this.#left) {
      this.#left -= bytes;
      return item;
    }
    const { event, error, reason } = item;
    return {
      ...item,
      event: { ...event, data: null },
      error: shortText(error, LINE_BYTES),
      ...(reason !== undefined && { reason: shortText(reason, LINE_BYTES) }),
    };
  }
}

/** Failing events come first, for they hold something up. */
export function projectionsShown(states: readonly ProjectionState[], head: number): ProjectionShown[] {
  const room = new Room();
  const failing = states.map(
    (state) => state.failing && room.fitted({ event: eventShown(state.failing), error: state.error ?? '' }).event,
  );
  return states.map(({ failing: _, parked, ...state }, index) => ({
    ...state,
    behind: head - state.position,
    failing_event: failing[index] ?? null,
    parked: parked.map((one) => room.fitted(parkedShown(one))),
  }));
}

export function processesShown(states: readonly ProcessState[], head: number): ProcessShown[] {
  const room = new Room();
  const failing = states.map((state) => state.failing.map((one) => room.fitted(failingShown(one))));
  return states.map(({ readerPosition, failingSince, failing: _, parked, ...state }, index) => ({
    ...state,
    behind: head - readerPosition,
    failing_since: failingSince,
    failing: failing[index] ?? [],
    parked: parked.map((one) => room.fitted(parkedShown(one))),
  }));
}

type Event = NonNullable<ProjectionState['failing']> | ProcessState['failing'][number]['event'];
type Parked = ProjectionState['parked'][number] | ProcessState['parked'][number];

const failingShown = ({ event, failingSince, nextAttemptAt, ...why }: ProcessState['failing'][number]) => ({
  ...why,
  event: eventShown(event),
  failing_since: failingSince,
  next_attempt_at: nextAttemptAt,
});

const parkedShown = ({ event, by, at, ...why }: Parked) => ({
  ...why,
  event: eventShown(event),
  parked_by: by,
  parked_at: at,
});

const eventShown = ({ position, id, type, stream, version, recordedAt, data }: Event): EventShown => ({
  position,
  id,
  type,
  stream,
  version,
  recorded_at: recordedAt,
  data: data ? { ...data } : null,
});
