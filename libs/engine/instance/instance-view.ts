export interface Counts {
  readonly starting: number;
  readonly inService: number;
  readonly draining: number;
}

/** How many instances an endpoint, one variant of it, or one deployment of it, really has, by state. */
export abstract class InstanceCounts {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
}
