import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OpenConnections } from '../open-connections';
import { SseConnection } from '../sse-connection';
import type { WatchingClient } from '../watcher';
import type { Activity } from '../live-tables';
import { PlainForm } from './plain-form';
import { connectedFrame, PlainFrames } from './plain-frames';

type ActivityClient = Readonly<{
  connection: SseConnection;
  /** Sends nothing for an event that these clients do not know. */
  sendEvent: (event: Omit<Activity, 'position' | 'executionId'>) => void;
}>;

const ACTIVITY = 'activity';

/** Opens the event streams of clients that know unnamed frames only. */
@Injectable()
export class PlainConnections {
  constructor(
    private readonly connections: OpenConnections,
    private readonly frames: PlainFrames,
    private readonly form: PlainForm,
  ) {}

  openExecution(reply: FastifyReply, executionId: string): WatchingClient {
    return { connection: this.#open(reply, executionId), form: this.form };
  }

  /** The feed of all executions. */
  openActivity(reply: FastifyReply): ActivityClient {
    const connection = this.#open(reply, null);
    return {
      connection,
      sendEvent: (event) => {
        const frame = this.frames.frameOf(event, null);
        if (frame) connection.send(frame);
      },
    };
  }

  #open(reply: FastifyReply, executionId: string | null): SseConnection {
    const connection = new SseConnection(reply);
    this.connections.add(connection, executionId ?? ACTIVITY);
    connection.send(connectedFrame(executionId, executionId === null ? { channel: ACTIVITY } : {}));
    return connection;
  }
}
