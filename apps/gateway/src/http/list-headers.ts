import type { ApiRequest } from './endpoint';

const TOTAL_COUNT = 'x-total-count';
const NEXT = 'x-next';

/** The headers of lists that are bare arrays. */
export const LIST_HEADERS = [TOTAL_COUNT, NEXT];

type Replying = Pick<ApiRequest, 'reply'>;

/** Tells the number of all items that match. */
export function tellTotal({ reply }: Replying, total: number): void {
  void reply.header(TOTAL_COUNT, total);
}

/** Tells what asks for the next page. */
export function tellNext({ reply }: Replying, next: string | null): void {
  if (next !== null) void reply.header(NEXT, next);
}
