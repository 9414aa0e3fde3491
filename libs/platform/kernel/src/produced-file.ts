import { z } from 'zod';
import { ArtifactId } from './ids';
import { Location } from './texts';

/** A file as events have it: those of older builds may have longer paths. */
export const RecordedFile = z.object({
  artifactId: ArtifactId,
  /** Relative to `artifacts/output`, with forward slashes. */
  path: z.string().min(1),
  /** SHA-256 of the bytes, in lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
  sizeBytes: z.number().int().nonnegative(),
  /** The location of the bytes in object storage. */
  uri: z.string().min(1),
});

/** The most files of a session. */
export const MAX_FILES = 1_000;

/** A file that an agent has written to `artifacts/output`, stored under its hash. */
export const ProducedFile = RecordedFile.extend({ path: z.string().min(1).max(512), uri: Location.min(1) });
export type ProducedFile = Readonly<z.infer<typeof ProducedFile>>;
