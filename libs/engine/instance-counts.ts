export interface Counts {
  readonly starting: number;
  readonly inService: number;
  readonly draining: number;
}

/** How many instances an endpoint, or one variant of it, really has, by state. */
export abstract class InstanceCounts {
  abstract counts(endpointName: string, variantName?: string): Counts;
}
