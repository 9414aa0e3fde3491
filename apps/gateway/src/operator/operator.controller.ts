import { Controller } from '@nestjs/common';
import { DeadLetters, ReplayDeadLetter } from '@syntropic/messaging';
import { ParkEvent, projectionStates, RetryProjection, type ProjectionState } from '@syntropic/projections';
import { Pool } from 'pg';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { LogHead } from '../reads/log-head';
import type { EventShown, ProjectionShown } from './operator.dto';
import { listDeadLetters, listProjections, parkEvent, replayDeadLetter, retryProjection } from './operator.endpoints';

/** What is wrong inside the platform, and what a person can do about it. */
@Controller(API_PREFIXES)
export class OperatorController {
  constructor(
    private readonly pool: Pool,
    private readonly head: LogHead,
    private readonly letters: DeadLetters,
    private readonly commands: Commands,
  ) {}

  @Serve(listProjections)
  async projections() {
    // The head second: no read model is ever shown ahead of the log.
    const states = await projectionStates(this.pool);
    const { position: head } = await this.head.now();
    return { head, projections: states.map((state) => projectionShown(state, head)) };
  }

  @Serve(retryProjection)
  async retry(ask: ApiRequest<typeof retryProjection>) {
    const { projection } = ask.params;
    await this.commands.send(ask, 'projections', RetryProjection, { projection });
    return done(`${projection} tries again`);
  }

  @Serve(parkEvent)
  async park(ask: ApiRequest<typeof parkEvent>) {
    const { projection } = ask.params;
    await this.commands.send(ask, 'projections', ParkEvent, { projection, ...ask.body });
    return done(`${projection} goes on behind ${ask.body.position}`);
  }

  @Serve(listDeadLetters)
  async deadLetters({ query }: ApiRequest<typeof listDeadLetters>) {
    const { letters, total } = await this.letters.list(query);
    const shown = letters.map(({ buriedBy, buriedAt, replayedAt, sizeBytes, ...letter }) => ({
      ...letter,
      buried_by: buriedBy,
      buried_at: buriedAt,
      replayed_at: replayedAt,
      size_bytes: sizeBytes,
    }));
    return { dead_letters: shown, total };
  }

  @Serve(replayDeadLetter)
  async replay(ask: ApiRequest<typeof replayDeadLetter>) {
    const { dead_letter_id: id } = ask.params;
    await this.commands.send(ask, 'dead-letters', ReplayDeadLetter, { id });
    return done(`${id} was sent again`);
  }
}

const done = (message: string) => ({ success: true as const, message });

const projectionShown = ({ failing, parked, ...state }: ProjectionState, head: number): ProjectionShown => ({
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
