/** A span of time, short: `0.4 s`, `12 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`. */
export function span(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return inTwo(seconds, [60, 'min'], [1, 's']);
  if (seconds < 86_400) return inTwo(seconds, [3_600, 'h'], [60, 'min']);
  return inTwo(seconds, [86_400, 'd'], [3_600, 'h']);
}

type Unit = readonly [seconds: number, name: string];

function inTwo(seconds: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes, short: `512 B`, `1.5 KiB`, `20 MiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** How long ago an ISO 8601 time was, or a dash where there is none. */
export function age(time: string | undefined, now: number): string {
  return time === undefined ? '-' : span(now - Date.parse(time));
}
