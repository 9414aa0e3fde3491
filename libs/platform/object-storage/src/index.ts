export { measure } from './object-source';
export { LocalObjectStorage } from './local-object-storage';
export {
  ObjectMissing,
  ObjectStorageAway,
  uriOf,
  type ObjectSource,
  type ObjectStorage,
  type SeenFile,
  type StoredObject,
} from './object-storage';
export { objectVariables, withObjects } from './object-storage.variables';
export { openObjectStorage } from './open-object-storage';
