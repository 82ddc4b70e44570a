import type { StartPhasesMs } from '../core/instance.js';
import type { VariantEstimates } from '../core/variant-history.js';
import type { World } from './world.js';

/** What has been learnt of each variant. */
export class VariantHistories {
  constructor(private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>) {}

  start(): void {}

  async stop(): Promise<void> {
    void this.world;
  }

  served(endpointName: string, variantName: string, serviceMs: number): void {
    void [endpointName, variantName, serviceMs];
  }

  started(endpointName: string, variantName: string, phasesMs: StartPhasesMs): void {
    void [endpointName, variantName, phasesMs];
  }

  demanded(endpointName: string, variantName: string, demand: number): void {
    void [endpointName, variantName, demand];
  }

  async estimates(endpointName: string, variantName: string): Promise<VariantEstimates> {
    void [endpointName, variantName];
    return {};
  }
}
