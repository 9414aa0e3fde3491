import { Controller } from '@nestjs/common';
import type { ApiRequest, ReplyOf } from '../../http/endpoint';
import { API_PREFIXES, Serve } from '../../http/serve';
import { readStreamHealth, streamActivity } from '../live.endpoints';
import { OpenConnections } from '../open-connections';
import { ActivityFeed } from './activity-feed';
import { PlainConnections } from './plain-connections';

/** Starts and ends of all executions and sessions as unnamed frames, and the number of open streams. */
@Controller(API_PREFIXES)
export class ActivityController {
  constructor(
    private readonly feed: ActivityFeed,
    private readonly connections: PlainConnections,
    private readonly all: OpenConnections,
  ) {}

  @Serve(streamActivity)
  activity({ reply }: ApiRequest<typeof streamActivity>): undefined {
    const { connection, sendEvent } = this.connections.openActivity(reply);
    this.feed.listen(sendEvent);
    connection.onClose(() => {
      this.feed.leave(sendEvent);
    });
  }

  @Serve(readStreamHealth)
  health(): ReplyOf<typeof readStreamHealth> {
    const { executions, count } = this.all;
    return { status: 'healthy', active_executions: executions, active_connections: count };
  }
}
