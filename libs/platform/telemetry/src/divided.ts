/** The items in order, in as few runs as halving finds that fit. A single item is a run, whether it fits or not. */
export function divided<Item>(items: readonly Item[], fits: (run: readonly Item[]) => boolean): (readonly Item[])[] {
  if (items.length <= 1 || fits(items)) return [items];

  const half = Math.ceil(items.length / 2);
  return [...divided(items.slice(0, half), fits), ...divided(items.slice(half), fits)];
}
