export { LocalObjectStorage } from './local-object-storage';
export { ObjectMissing, type ObjectStorage } from './object-storage';
