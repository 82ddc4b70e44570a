/** Writes a span of time as people say it: `3 s`, `5 min`, `2 h`, `4 days`. */
export function duration(ms: number): string {
  if (ms < 1_000) return 'less than a second';
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

/** Writes a moment in UTC, to the second. */
export function moment(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Writes a count with its noun: `1 instance`, `3 instances`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Joins texts into a list: `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** Joins the texts that are not empty, each as a sentence with a capital and a full stop. */
export function sentences(texts: readonly (string | undefined)[]): string {
  return texts
    .flatMap((text) => (text ? [text.charAt(0).toUpperCase() + text.slice(1)] : []))
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(' ');
}
