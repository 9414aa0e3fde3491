/** Halves the items, in order, until each run fits. A single item is a run even if it does not fit. */
export function divided<Item>(items: readonly Item[], fits: (run: readonly Item[]) => boolean): (readonly Item[])[] {
  if (items.length <= 1 || fits(items)) return [items];

  const half = Math.ceil(items.length / 2);
  return [...divided(items.slice(0, half), fits), ...divided(items.slice(half), fits)];
}
