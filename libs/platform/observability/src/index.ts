export { withCorrelation } from './correlation';
export { Health, type Checks } from './health/health';
export { HealthModule } from './health/health.module';
export { createLogger, JsonLogger } from './logger';
export { MetricsModule } from './metrics/metrics.module';
