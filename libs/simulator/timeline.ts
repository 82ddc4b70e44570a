/** The state of a run from `at` on, until the next point. */
export interface TimelinePoint {
  readonly at: number;
  readonly queued: number;
  readonly running: number;
  readonly starting: number;
  readonly inService: number;
}

/** The states of a run over time; points of one time are merged into the last. */
export class Timeline {
  readonly points: TimelinePoint[] = [];

  record(point: TimelinePoint): void {
    if (this.points.at(-1)?.at === point.at) this.points.pop();
    this.points.push(point);
  }
}
