import { Controller, Get, Header, Module, type DynamicModule } from '@nestjs/common';
import { collectDefaultMetrics, register } from 'prom-client';

@Controller('metrics')
class MetricsController {
  @Get()
  @Header('content-type', register.contentType)
  read(): Promise<string> {
    return register.metrics();
  }
}

/** Serves `/metrics` in Prometheus's format: the process's metrics and those that the service registers with prom-client. */
@Module({ controllers: [MetricsController] })
export class MetricsModule {
  static register(service: string): DynamicModule {
    register.setDefaultLabels({ service });
    if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics();
    return { module: MetricsModule };
  }
}
