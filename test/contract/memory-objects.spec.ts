import { MemoryObjects } from '../support/memory-objects.js';
import { objectsContract } from './objects.contract.js';

objectsContract('objects in memory', async () => ({ objects: new MemoryObjects(), close: async () => {} }));
