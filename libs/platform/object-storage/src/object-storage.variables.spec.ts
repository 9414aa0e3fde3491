import { env } from '@syntropic/config';
import { z } from 'zod';
import { objectVariables, withObjects } from './object-storage.variables';

const settings = (variables: Readonly<Record<string, string>>) =>
  env(withObjects(z.object({ ...objectVariables, PORT: z.coerce.number() })), { PORT: '80', ...variables });

describe('the settings of object storage', () => {
  it('are a directory, or a bucket with default names', () => {
    expect(settings({ OBJECTS_DIR: '/data' })).toMatchObject({ OBJECTS_DIR: '/data' });
    expect(settings({ S3_ENDPOINT: 'http://s3:9000', S3_FORCE_PATH_STYLE: '0' })).toEqual({
      PORT: 80,
      S3_ENDPOINT: 'http://s3:9000',
      S3_BUCKET: 'syntropic',
      S3_REGION: 'us-east-1',
      S3_FORCE_PATH_STYLE: false,
    });
  });

  it('are required, and their errors are reported with all others', () => {
    expect(() => settings({ PORT: 'eighty', S3_ACCESS_KEY_ID: 'key' })).toThrow(
      /PORT: [^]*OBJECTS_DIR: is needed where there is no S3_ENDPOINT[^]*S3_SECRET_ACCESS_KEY: goes with/,
    );
  });

  it('refuse an address that is not HTTP', () => {
    expect(() => settings({ S3_ENDPOINT: 's3:9000' })).toThrow('S3_ENDPOINT: ');
  });
});
