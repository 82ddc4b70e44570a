/** The average of a value over a sliding window, computed from `sumMs`, its integral over time. */
export class WindowAverage {
  private readonly marks: { readonly at: number; readonly sumMs: number }[] = [];

  constructor(private readonly windowMs: number) {}

  /** Records the integral at this moment, and returns the average since the latest mark that is a whole window old. */
  at(now: number, sumMs: number): number | undefined {
    this.marks.push({ at: now, sumMs });
    while (this.marks.length > 1 && this.marks[1]!.at <= now - this.windowMs) this.marks.shift();
    const first = this.marks[0]!;
    return first.at === now ? undefined : (sumMs - first.sumMs) / (now - first.at);
  }
}
