import { describe } from 'vitest';
import { endingContract } from './instances-ending.contract.js';
import { invokingContract } from './instances-invoking.contract.js';
import { launchingContract } from './instances-launching.contract.js';
import { outlivingContract } from './instances-outliving.contract.js';
import { type InstancesScene, sceneForEach } from './instances-scene.js';

/** The contract of every driver of `Instances`. */
export function instancesContract(driver: string, open: () => Promise<InstancesScene>): void {
  describe(`instances by ${driver}`, () => {
    const at = sceneForEach(open);
    launchingContract(at);
    invokingContract(at, open);
    endingContract(at);
    outlivingContract(at);
  });
}
