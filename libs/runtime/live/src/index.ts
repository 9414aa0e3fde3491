export { decodeLiveFrame, encodeLiveFrame, LiveFrame, LiveFrameFault, liveSubject } from './live-frame';
export type { DomainItem, TelemetryItem } from './live-frame';
export { LiveFrameFaults } from './live-frame-faults';
export { EventDataFaults } from './event-data-faults';
export { secondsAfter } from './seconds-after';
export { snakeCase, snakeCased, snakeCasingOf } from './snake-case';
export { wireEvents } from './wire-events';
export { tokensView, totalTokensView } from './wire-usage';
