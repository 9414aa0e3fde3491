import { Controller } from '@nestjs/common';
import { deadLetterCommands, DeadLetters } from '@syntropic/messaging';
import { processCommands, processStates } from '@syntropic/processes';
import { projectionCommands, projectionStates } from '@syntropic/projections';
import { Pool } from 'pg';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { LogHead } from '../reads/log-head';
import {
  listDeadLetters,
  listProcesses,
  listProjections,
  parkEvent,
  parkProcessEvent,
  replayDeadLetter,
  retryProcess,
  retryProjection,
} from './operator.endpoints';
import { processesShown, projectionsShown } from './operator.views';

const { RetryProjection, ParkEvent } = projectionCommands;
const { RetryProcess, ParkProcessEvent } = processCommands;
const { ReplayDeadLetter } = deadLetterCommands;

/** The platform's standstills, and the commands by which an operator ends them. */
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
    return { head, projections: projectionsShown(states, head) };
  }

  @Serve(retryProjection)
  async retry(ask: ApiRequest<typeof retryProjection>) {
    const { projection } = ask.params;
    await this.commands.send(ask, RetryProjection, { projection });
    return done(`${projection} tries again`);
  }

  @Serve(parkEvent)
  async park(ask: ApiRequest<typeof parkEvent>) {
    const { projection } = ask.params;
    await this.commands.send(ask, ParkEvent, { projection, ...ask.body });
    return done(`${projection} goes on behind ${ask.body.position}`);
  }

  @Serve(listProcesses)
  async processes() {
    // The head second: no process is ever shown ahead of the log.
    const states = await processStates(this.pool);
    const { position: head } = await this.head.now();
    return { head, processes: processesShown(states, head) };
  }

  @Serve(retryProcess)
  async retryProcess(ask: ApiRequest<typeof retryProcess>) {
    const { process } = ask.params;
    await this.commands.send(ask, RetryProcess, { process, ...ask.body });
    return done(`${process} tries again`);
  }

  @Serve(parkProcessEvent)
  async parkProcessEvent(ask: ApiRequest<typeof parkProcessEvent>) {
    const { process } = ask.params;
    await this.commands.send(ask, ParkProcessEvent, { process, ...ask.body });
    return done(`${process} goes on without ${ask.body.position}`);
  }

  @Serve(listDeadLetters)
  async deadLetters(request: ApiRequest<typeof listDeadLetters>) {
    const { place, tellNext } = pageIn(listDeadLetters, request);
    const { letters, total, next } = await this.letters.list(place);
    tellNext(next);
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
    await this.commands.send(ask, ReplayDeadLetter, { id });
    return done(`${id} was sent again`);
  }
}

const done = (message: string) => ({ success: true as const, message });
