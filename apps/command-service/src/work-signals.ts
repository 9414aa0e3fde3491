import { Injectable } from '@nestjs/common';
import { InjectNats } from '@syntropic/service';
import type { WaitingWork, Work, WorkSignals } from '@syntropic/work';
import type { NatsConnection } from 'nats';

/** Hints go through the stream WORK, wake-ups straight to the runner. Both may be lost: runners also poll. */
@Injectable()
export class WorkSignalsOverBus implements WorkSignals {
  constructor(@InjectNats() private readonly nats: NatsConnection) {}

  readonly hint = ({ sessionId, backend }: Pick<Work, 'sessionId' | 'backend'>): void => {
    this.#publish(`work.${backend}`, { sessionId });
  };

  /** Lets a runner free a slot. Parked work concerns only the runner that keeps its workspace. */
  readonly hintAgain = ({ sessionId, backend, provider, parkedOn }: WaitingWork): void => {
    const subject = parkedOn === null ? `work.${backend}` : `control.${parkedOn}`;
    this.#publish(subject, { sessionId, waiting: { provider } });
  };

  readonly wake = (runner: string): void => {
    this.#publish(`control.${runner}`, {});
  };

  #publish(subject: string, message: object): void {
    const { nats } = this;
    if (!nats.isClosed() && !nats.isDraining()) nats.publish(subject, JSON.stringify(message));
  }
}
