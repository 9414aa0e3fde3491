export { AdmissionQueue, Overloaded } from './admission-queue';
export { backOffMs, type BackOff } from './back-off';
export { KeyedMutex } from './keyed-mutex';
export { Pace, type PaceOptions } from './pace';
export { pause } from './pause';
export { AGAIN, DONE, repeat } from './repeat';
export { retry } from './retry';
export { Signal } from './signal';
export { within } from './within';
