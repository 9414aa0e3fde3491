import { Controller } from '@nestjs/common';
import { Health } from '@syntropic/observability';
import { API_PREFIXES, Serve } from '../http/serve';
import { readHealth, type SystemHealth } from './health.endpoints';

/** Health as clients of the API ask for it: always answered, so that they can show it. */
@Controller(API_PREFIXES)
export class SystemHealthController {
  constructor(private readonly health: Health) {}

  @Serve(readHealth)
  async read(): Promise<SystemHealth> {
    const { status, checks } = await this.health.report();
    const reasons = Object.entries(checks).flatMap(([name, check]) => (check.status === 'down' ? [name] : []));
    return {
      status: status === 'unready' ? 'unhealthy' : 'healthy',
      mode: reasons.length > 0 ? 'degraded' : 'full',
      ...(reasons.length > 0 && { degraded_reasons: reasons }),
      subscription: { running: checks['bus']?.status === 'up', realtime_enabled: checks['bus']?.status === 'up' },
    };
  }
}
