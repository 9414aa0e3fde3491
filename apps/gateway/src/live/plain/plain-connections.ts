import { Injectable } from '@nestjs/common';
import type { DomainItem } from '@syntropic/live';
import type { FastifyReply } from 'fastify';
import { OpenConnections } from '../open-connections';
import { SseConnection } from '../sse-connection';
import { connectedFrame, PlainFrames } from './plain-frames';

type PlainConnection = Readonly<{
  connection: SseConnection;
  /** Sends nothing for an event that these clients do not know. */
  sendEvent: (event: Omit<DomainItem, 'position'>) => void;
}>;

const ACTIVITY = 'activity';

/** Opens the event streams of clients that know unnamed frames only. */
@Injectable()
export class PlainConnections {
  constructor(
    private readonly connections: OpenConnections,
    private readonly frames: PlainFrames,
  ) {}

  /** The stream of an execution; with `null` the feed of all executions. */
  open(reply: FastifyReply, executionId: string | null): PlainConnection {
    const connection = new SseConnection(reply);
    this.connections.add(connection, executionId ?? ACTIVITY);
    connection.send(connectedFrame(executionId, executionId === null ? { channel: ACTIVITY } : {}));
    return {
      connection,
      sendEvent: (event) => {
        const frame = this.frames.frameOf(event, executionId);
        if (frame) connection.send(frame);
      },
    };
  }
}
