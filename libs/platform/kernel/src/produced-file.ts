import { z } from 'zod';
import { ArtifactId } from './ids';

/** A file that an agent has written to `artifacts/output`, stored under its hash. */
export const ProducedFile = z.object({
  artifactId: ArtifactId,
  /** Relative to `artifacts/output`, with forward slashes. */
  path: z.string().min(1),
  /** SHA-256 of the bytes, in lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
  sizeBytes: z.number().int().nonnegative(),
  /** The location of the bytes in object storage. */
  uri: z.string().min(1),
});
export type ProducedFile = Readonly<z.infer<typeof ProducedFile>>;
