import { Injectable } from '@nestjs/common';
import { controlSubject } from '@syntropic/messaging';
import { InjectNats } from '@syntropic/service';
import type { OfferedWork, RunnerAddress, WaitingWork, WorkSignals } from '@syntropic/work';
import type { NatsConnection } from 'nats';

/** Hints go through the stream WORK, wake-ups straight to the runner. Both may be lost: runners also poll. */
@Injectable()
export class WorkSignalsOverBus implements WorkSignals {
  constructor(@InjectNats() private readonly nats: NatsConnection) {}

  readonly hint = ({ sessionId, backend, keeper }: OfferedWork): void => {
    this.#publish(keeper ? controlSubject(keeper.runner, keeper.user) : `work.${backend}`, { sessionId });
  };

  /** Lets a runner free a slot. Parked work without a checkpoint concerns only the runner that keeps its workspace. */
  readonly hintAgain = ({ sessionId, backend, provider, parkedOn, user }: WaitingWork): void => {
    const subject = parkedOn === null ? `work.${backend}` : controlSubject(parkedOn, user);
    this.#publish(subject, { sessionId, waiting: { provider } });
  };

  readonly wake = ({ runner, user }: RunnerAddress): void => {
    this.#publish(controlSubject(runner, user), {});
  };

  #publish(subject: string, message: object): void {
    const { nats } = this;
    if (!nats.isClosed() && !nats.isDraining()) nats.publish(subject, JSON.stringify(message));
  }
}
