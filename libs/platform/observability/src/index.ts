export { withCorrelation } from './correlation';
export { Health, type Checks } from './health/health';
export { HealthModule } from './health/health.module';
export type { PartSource, PartState } from './health/part-state';
export { createLogger } from './logger';
export { MetricsModule } from './metrics/metrics.module';
export { PartGauges } from './metrics/part-gauges';
export { spanIdOf, traceIdOf, traceparentOf } from './tracing/trace-ids';
