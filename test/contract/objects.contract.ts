import { afterAll, beforeAll, describe } from 'vitest';
import type { Objects } from '../../libs/core/ports/objects.js';
import { listingContract } from './objects-listing.contract.js';
import { presigningContract } from './objects-presigning.contract.js';
import { readingContract } from './objects-reading.contract.js';
import { uploadsContract } from './objects-uploads.contract.js';
import { type ObjectsCapability, ObjectsWorld } from './objects-world.js';
import { writingContract } from './objects-writing.contract.js';

export interface ObjectsUnderTest {
  readonly objects: Objects;
  close(): Promise<void>;
}

/**
 * The contract of the `Objects` port. `lacking` names the abilities that another vendor's server does not have; their
 * tests are skipped.
 */
export function objectsContract(
  name: string,
  setup: () => Promise<ObjectsUnderTest>,
  lacking: readonly ObjectsCapability[] = [],
): void {
  describe(`${name}`, () => {
    let underTest: ObjectsUnderTest;
    beforeAll(async () => {
      underTest = await setup();
    });
    afterAll(() => underTest.close());

    const world = new ObjectsWorld(() => underTest.objects, lacking);
    readingContract(world);
    writingContract(world);
    listingContract(world);
    presigningContract(world);
    uploadsContract(world);
  });
}
