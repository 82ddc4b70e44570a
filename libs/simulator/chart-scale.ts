/** The axis of time of a chart. */
export interface TimeScale {
  readonly endMs: number;
  readonly unit: 's' | 'min' | 'h';
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

const UNITS = [
  { unit: 'h', ms: 3_600_000, steps: [1, 2, 3, 4, 6, 12, 24, 48, 168] },
  { unit: 'min', ms: 60_000, steps: [1, 2, 5, 10, 15, 30] },
  { unit: 's', ms: 1_000, steps: [1, 2, 5, 10, 15, 30] },
] as const;

const FEWEST_TICKS = 4;
const MOST_TICKS = 12;

/** Chooses the largest unit of time that gives enough ticks, and puts ticks at round numbers of it. */
export function timeScale(endMs: number): TimeScale {
  const { ms, steps, unit } = UNITS.find((each) => endMs >= FEWEST_TICKS * each.ms) ?? UNITS.at(-1)!;
  const step = steps.find((each) => endMs / (each * ms) <= MOST_TICKS) ?? steps.at(-1)!;
  const ticks = ticksTo(endMs / ms, step).map((value) => ({ at: value * ms, text: String(value) }));
  return { endMs, unit, ticks };
}

const FACTORS = [1, 2, 5, 10];
const VALUE_TICKS = 5;

/** Returns round whole numbers from zero to at least `largest`. */
export function valueTicks(largest: number): number[] {
  const rough = Math.max(1, largest / VALUE_TICKS);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, FACTORS.find((factor) => factor * magnitude >= rough)! * magnitude);
  return ticksTo(Math.ceil(Math.max(1, largest) / step) * step, step);
}

/** Escapes text for an SVG. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function ticksTo(end: number, step: number): number[] {
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}
