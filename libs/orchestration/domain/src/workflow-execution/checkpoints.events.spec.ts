import { event } from '@syntropic/kernel/testing';
import {
  begun,
  events,
  from,
  given,
  held,
  ids,
  paused,
  planning,
  queued,
  resumed,
  RUNNER,
  secondLegOf,
  started,
  usage,
} from '../testing/facts';
import { parkPhase } from './phases';

const pauseRequested = event(events.ExecutionPauseRequested, ids);
const parked = event(events.PhaseParked, { ...planning, runner: RUNNER, why: 'slot_needed', usage });
const running = [started(), queued(planning), begun(planning)] as const;

describe('a parked phase', () => {
  const command = { ...from(planning), runner: RUNNER, why: 'slot_needed', usage } as const;
  const frozen = [...running, pauseRequested, held, paused] as const;

  it('lets any runner go on with a checkpoint, and says why there is none', () => {
    const checkpoint = { uri: 'sha256:0', sizeBytes: 7 };
    const kept = event(events.PhaseParked, { ...parked.data, checkpoint });
    const next = event(events.PhaseQueued, { ...queued(secondLegOf(planning), RUNNER).data, hasCheckpoint: true });
    given(...frozen, resumed)
      .when(parkPhase, { ...command, checkpoint })
      .then(kept, next);
    given(...frozen)
      .when(parkPhase, { ...command, checkpointError: 'no room' })
      .then(event(events.PhaseParked, { ...parked.data, checkpointError: 'no room' }));
  });

  it('leaves no checkpoint to a leg that was parked without one', () => {
    const kept = event(events.PhaseParked, { ...parked.data, checkpoint: { uri: 'sha256:0', sizeBytes: 7 } });
    const second = secondLegOf(planning);
    const third = { ...planning, leg: 3 };
    given(...frozen, kept, resumed, queued(second, RUNNER), begun(second))
      .when(parkPhase, command)
      .then(event(events.PhaseParked, { ...parked.data, leg: 2 }), queued(third, RUNNER));
  });

  it('keeps an agent that its runner parks at work, and queues its next leg', () => {
    given(...running)
      .when(parkPhase, { ...command, why: 'shutdown' })
      .then(event(events.PhaseParked, { ...parked.data, why: 'shutdown' }), queued(secondLegOf(planning), RUNNER));
  });
});
