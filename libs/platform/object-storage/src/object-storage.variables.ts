import { flag } from '@syntropic/config';
import { z } from 'zod';

/** The environment variables of object storage, for every service that stores or reads objects. */
export const objectVariables = {
  /** A directory of this machine. */
  OBJECTS_DIR: z.string().min(1).optional(),
  /** An S3 API, instead of the directory. */
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  S3_BUCKET: z.string().min(3).default('syntropic'),
  S3_REGION: z.string().min(1).default('us-east-1'),
  /** Absent: the credentials of the machine or the pod, as the AWS SDK finds them. */
  S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** The bucket in the path, not in the host name: what servers other than AWS's expect. */
  S3_FORCE_PATH_STYLE: flag('1'),
};

export type ObjectSettings = Readonly<z.output<z.ZodObject<typeof objectVariables>>>;

/** Adds the rules between variables. They are checked even if single variables are invalid, so that all errors are reported together. */
export const withObjects = <Shape extends typeof objectVariables>(schema: z.ZodObject<Shape>): z.ZodObject<Shape> =>
  RULES.reduce((ruled, { path, message, holds }) => {
    return ruled.refine((settings) => holds(settings as Partial<ObjectSettings>), {
      path: [path],
      message,
      when: () => true,
    });
  }, schema);

const RULES: readonly Readonly<{
  path: keyof ObjectSettings;
  message: string;
  holds: (settings: Partial<ObjectSettings>) => boolean;
}>[] = [
  {
    path: 'OBJECTS_DIR',
    message: 'is needed where there is no S3_ENDPOINT',
    holds: ({ OBJECTS_DIR, S3_ENDPOINT }) => OBJECTS_DIR !== undefined || S3_ENDPOINT !== undefined,
  },
  {
    path: 'S3_SECRET_ACCESS_KEY',
    message: 'goes with S3_ACCESS_KEY_ID: both or neither',
    holds: ({ S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret }) => (id === undefined) === (secret === undefined),
  },
];
