const DASH = '—';

const short = (value: number, unit: string): string => `${value.toFixed(1)}${unit}`;

/** `950`, `1.2k`, `1.5M`. */
export function tokensDisplay(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  return tokens < 999_950 ? short(tokens / 1_000, 'k') : short(tokens / 1_000_000, 'M');
}

/** `$0.00`, `<$0.01`, `$0.42`, `$1.2k`. `null` is an unknown cost. */
export function costDisplay(usd: string | null): string {
  if (usd === null) return DASH;
  const dollars = Number(usd);
  if (dollars === 0) return '$0.00';
  if (dollars < 0.01) return '<$0.01';
  return dollars < 999.995 ? `$${dollars.toFixed(2)}` : `$${short(dollars / 1_000, 'k')}`;
}

/** `<1s`, `45s`, `2m 14s`, `1h 2m`. `null` before the start. */
export function durationDisplay(seconds: number | null): string {
  if (seconds === null) return DASH;
  if (seconds < 1) return '<1s';
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3_600)}h ${Math.floor((whole % 3_600) / 60)}m`;
}

/** `claude-sonnet-4-5-20250929` becomes `Sonnet 4.5`; other names stay. */
export function modelDisplay(model: string | null): string | null {
  if (model === null) return null;
  const [, older, family = '', newer] =
    /^claude-(?:(\d(?:-\d)?)-)?(opus|sonnet|haiku)(?:-(\d{1,2}(?:-\d{1,2})?))?(?:-(?:\d{8}|latest))?$/.exec(model) ??
    [];
  if (!family) return model;

  const version = (newer ?? older)?.replace('-', '.');
  return [titleCase(family), version].filter(Boolean).join(' ');
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** `write-tests` becomes `Write Tests`; generated ids become `Phase 0f8fad5b`. */
export const phaseDisplay = (phaseId: string): string =>
  UUID.test(phaseId)
    ? `Phase ${phaseId.slice(0, 8)}`
    : phaseId
        .split(/[-_.\s]+/)
        .map(titleCase)
        .join(' ');

/** `api`, or `api +2`. */
export function reposDisplay(repos: readonly string[], count = repos.length): string | null {
  const [first] = repos;
  if (first === undefined) return null;

  const name =
    first
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split('/')
      .at(-1) ?? first;
  return count > 1 ? `${name} +${count - 1}` : name;
}

const titleCase = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
