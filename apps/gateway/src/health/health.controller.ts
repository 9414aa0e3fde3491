import { Controller } from '@nestjs/common';
import { Health } from '@syntropic/observability';
import { API_PREFIXES, Serve } from '../http/serve';
import { readHealth, type SystemHealth } from './health.endpoints';

/** Health for clients of the API: always answered with 200, so that they can show it. */
@Controller(API_PREFIXES)
export class SystemHealthController {
  constructor(private readonly health: Health) {}

  @Serve(readHealth)
  async read(): Promise<SystemHealth> {
    const { status, checks, degraded = [] } = await this.health.report();
    const reasons = Object.entries(checks).flatMap(([name, check]) => (check.status === 'down' ? [name] : []));
    const isUp = checks['bus']?.status === 'up';
    return {
      status: status === 'unready' ? 'unhealthy' : 'healthy',
      mode: reasons.length > 0 || degraded.length > 0 ? 'degraded' : 'full',
      ...(reasons.length > 0 && { degraded_reasons: reasons }),
      degraded: [...degraded],
      subscription: { running: isUp, realtime_enabled: isUp, status: isUp ? 'healthy' : 'unhealthy' },
    };
  }
}
