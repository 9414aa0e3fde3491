import type { Figure, Figures } from './figure';

/** One object on one line, for programs. */
export const jsonLine = (suite: string, figures: Figures): string => JSON.stringify({ suite, figures });

const TITLES = ['figure', 'value', 'unit', 'raw way', 'ratio', 'target', ''];

/** Aligned columns for people, one row per figure. */
export function table(figures: Figures): string {
  const rows = [TITLES, ...Object.entries(figures).map(([name, figure]) => rowOf(name, figure))];
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf(name: string, { value, unit, limit, ratio, target, ok }: Figure): string[] {
  return [name, `${value}`, unit, shown(limit), shown(ratio), shown(target), target === null ? '' : result(ok)];
}

const shown = (value: number | null): string => (value === null ? '-' : `${value}`);

const result = (ok: boolean): string => (ok ? 'met' : 'MISSED');
