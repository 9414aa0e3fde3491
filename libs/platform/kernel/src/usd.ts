import { z } from 'zod';

const NANO = 1_000_000_000n;

/** US dollars as a decimal string with at most nine decimals: never a float, so that totals add up. */
export const Usd = z.string().regex(/^\d+(\.\d{1,9})?$/, 'a decimal number with at most 9 decimals');
export type Usd = z.infer<typeof Usd>;

/** The difference of two amounts, which may be negative. */
export const SignedUsd = z.string().regex(/^-?\d+(\.\d{1,9})?$/, 'a decimal number with at most 9 places');

const nanoOf = (usd: Usd): bigint => {
  if (usd.startsWith('-')) return -nanoOf(usd.slice(1));
  const [whole = '0', fraction = ''] = usd.split('.');
  return BigInt(whole) * NANO + BigInt(fraction.padEnd(9, '0'));
};

const ofNano = (nano: bigint): Usd => {
  if (nano < 0n) return `-${ofNano(-nano)}`;
  const fraction = (nano % NANO).toString().padStart(9, '0').replace(/0+$/, '');
  return fraction ? `${(nano / NANO).toString()}.${fraction}` : (nano / NANO).toString();
};

/** Rounds a provider's floating-point dollars to nano-dollars. */
export const usdOf = (dollars: number): Usd => ofNano(BigInt(Math.round(dollars * 1e9)));

export const addUsd = (...amounts: readonly Usd[]): Usd => ofNano(amounts.reduce((sum, usd) => sum + nanoOf(usd), 0n));

export const subtractUsd = (one: Usd, other: Usd): Usd => ofNano(nanoOf(one) - nanoOf(other));

export const leastUsd = (one: Usd, other: Usd): Usd => (nanoOf(one) <= nanoOf(other) ? one : other);

/** The cost of `count` tokens at a price per million, to the nearest nano-dollar. */
export const perMillion = (price: Usd, count: number): Usd =>
  ofNano((nanoOf(price) * BigInt(count) + 500_000n) / 1_000_000n);
