/** How many of so many rows each second of the work has stored. */
export const perSecond = async (rows: number, work: () => Promise<unknown>): Promise<number> => {
  const since = performance.now();
  await work();
  return (rows * 1_000) / (performance.now() - since);
};
