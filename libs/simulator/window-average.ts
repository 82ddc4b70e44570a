/** The average of something over the last while, from what it has summed up to in time: `sumMs` is its integral. */
export class WindowAverage {
  private readonly marks: { readonly at: number; readonly sumMs: number }[] = [];

  constructor(private readonly windowMs: number) {}

  /** Notes the sum as of now, and gives the average since the last mark that is a whole window old. */
  at(now: number, sumMs: number): number | undefined {
    this.marks.push({ at: now, sumMs });
    while (this.marks.length > 1 && this.marks[1]!.at <= now - this.windowMs) this.marks.shift();
    const first = this.marks[0]!;
    return first.at === now ? undefined : (sumMs - first.sumMs) / (now - first.at);
  }
}
