export { correlationId, withCorrelation } from './correlation';
export { Health, type Check, type Checks, type HealthReport } from './health/health';
export { HealthModule, type HealthOptions } from './health/health.module';
export { createLogger, JsonLogger, type LoggerOptions } from './logger';
export { MetricsModule } from './metrics/metrics.module';
