import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget';

/** The largest body: that of the Messages API. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The body is larger than any that is passed on, or there is no room for it now. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';

  constructor(readonly reason: 'too_large' | 'no_room') {
    super(
      reason === 'too_large' ? `the body has more than ${MAX_BODY_BYTES} bytes` : 'too many bytes wait to be passed on',
    );
  }
}

/** A body that is held until `free` is called. */
export type HeldBody = Readonly<{ bytes: Buffer; free: () => void }>;

/** @throws BodyRefused, or the fault of the connection */
export async function readBody(request: IncomingMessage, budget: ByteBudget, most = MAX_BODY_BYTES): Promise<HeldBody> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw new BodyRefused('too_large');
  const parts: Buffer[] = [];
  let size = 0;
  let freed = false;
  const free = () => {
    if (!freed) budget.give(size);
    freed = true;
  };
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      if (size + part.length > most) throw new BodyRefused('too_large');
      if (!budget.take(part.length)) throw new BodyRefused('no_room');
      size += part.length;
      parts.push(part);
    }
  } catch (error) {
    free();
    throw error;
  }
  return { bytes: Buffer.concat(parts), free };
}
