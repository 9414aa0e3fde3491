export { LocalObjectStorage } from './local-object-storage';
export { ObjectMissing, type ObjectSource, type ObjectStorage, type StoredObject } from './object-storage';
