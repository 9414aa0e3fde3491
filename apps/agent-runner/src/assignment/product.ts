import type { ObjectSource } from '@syntropic/object-storage';

/** A file that an agent has left in `artifacts/output`, or its answer as one. */
export type Product = Readonly<{ path: string; source: ObjectSource }>;
