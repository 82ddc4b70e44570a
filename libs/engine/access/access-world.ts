import type { World } from '../world.js';

/** What access keys are made, changed and recognised with: it can be had without the rest of Ebb. */
export type AccessWorld = Pick<World, 'catalog' | 'clock' | 'secrets' | 'signals'>;
