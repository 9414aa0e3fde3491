import { LocalObjectStorage } from './local-object-storage';
import type { ObjectStorage } from './object-storage';
import type { ObjectSettings } from './object-storage.variables';
import { S3ObjectStorage } from './s3-object-storage';

/** The storage that the settings name. */
export async function openObjectStorage(settings: ObjectSettings): Promise<ObjectStorage> {
  const { S3_ENDPOINT: endpoint, OBJECTS_DIR: directory } = settings;
  if (endpoint === undefined) {
    if (directory === undefined) throw new Error('the settings name no object storage');
    return new LocalObjectStorage(directory);
  }
  return S3ObjectStorage.open({
    endpoint,
    bucket: settings.S3_BUCKET,
    region: settings.S3_REGION,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE,
    ...(settings.S3_ACCESS_KEY_ID !== undefined &&
      settings.S3_SECRET_ACCESS_KEY !== undefined && {
        credentials: { accessKeyId: settings.S3_ACCESS_KEY_ID, secretAccessKey: settings.S3_SECRET_ACCESS_KEY },
      }),
  });
}
