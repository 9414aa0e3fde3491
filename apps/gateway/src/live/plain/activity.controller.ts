import { Controller } from '@nestjs/common';
import type { ApiRequest, ReplyOf } from '../../http/endpoint';
import { API_PREFIXES, Serve } from '../../http/serve';
import { readStreamHealth, streamActivity } from '../live.endpoints';
import { OpenConnections } from '../open-connections';
import { SseConnection } from '../sse-connection';
import { ActivityFeed } from './activity-feed';
import { connectedFrame, PlainFrames } from './plain-frames';

const ACTIVITY = 'activity';

/** Starts and ends of all executions and sessions as unnamed frames, and the number of open streams. */
@Controller(API_PREFIXES)
export class ActivityController {
  constructor(
    private readonly feed: ActivityFeed,
    private readonly connections: OpenConnections,
    private readonly frames: PlainFrames,
  ) {}

  @Serve(streamActivity)
  activity({ reply }: ApiRequest<typeof streamActivity>): undefined {
    const connection = new SseConnection(reply);
    this.connections.add(connection, ACTIVITY);
    connection.send(connectedFrame(null, { channel: ACTIVITY }));
    this.feed.listen(connection.signal, (activity) => {
      const frame = this.frames.frameOf(activity, null);
      if (frame) connection.send(frame);
    });
  }

  @Serve(readStreamHealth)
  health(): ReplyOf<typeof readStreamHealth> {
    const { executions, count } = this.connections;
    return { status: 'healthy', active_executions: executions, active_connections: count };
  }
}
