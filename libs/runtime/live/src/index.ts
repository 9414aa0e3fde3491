export { decodeLiveFrame, encodeLiveFrame, LiveFrameFault, liveSubject } from './live-frame';
export type { DomainItem, LiveFrame, TelemetryItem } from './live-frame';
export { LiveFrameFaults } from './live-frame-faults';
