import { answered, byLeaseHolder, byPlatform, commands, DomainError, type Command } from '@syntropic/kernel';
import { z } from 'zod';

const Answer = z.union([z.string(), z.object({ position: z.int(), version: z.int() }), z.object({ text: z.string() })]);
const shape = {
  account: z.string(),
  coins: z.array(z.object({ cents: z.int().positive() })),
};

export const { Deposit, Withdraw, Audit, Close } = commands('orchestration', {
  Deposit: answered(shape, Answer),
  Withdraw: answered(shape, Answer),
  /** Only the holder of a lease audits. */
  Audit: byLeaseHolder({ sessionId: z.string() }),
  Close: byPlatform({ account: z.string() }),
});
export type Deposit = Command<typeof Deposit>;
export type Answer = z.infer<typeof Answer>;

export function answerLater() {
  let give: (answer: Answer) => void = () => undefined;
  const answer = new Promise<Answer>((resolve) => {
    give = resolve;
  });
  return { answer, give };
}

export const refusalOf = (sent: Promise<unknown>): Promise<DomainError> =>
  sent.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => {
      if (error instanceof DomainError) return error;
      throw error;
    },
  );
