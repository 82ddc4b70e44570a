/**
 * A process that owns instances and is there to be killed: `node … instances-owner.ts <images> <directory> <id>…`
 * launches an echo instance for each id, prints `launched`, and waits for its end.
 */
import { ModelStore } from '../../libs/drivers/instances/model/model-store.js';
import { ProcessInstances } from '../../libs/drivers/instances/process.js';
import { MemoryLogs } from './memory-logs.js';
import { MemoryObjects } from './memory-objects.js';

const [images = '', directory = '', ...ids] = process.argv.slice(2);
const models = await ModelStore.open({ objects: new MemoryObjects(), directory: `${directory}-models` });
const instances = new ProcessInstances({ imageFolders: [images], directory, models, logs: new MemoryLogs() });
await Promise.all(
  ids.map((instanceId) =>
    instances.launch({
      instanceId,
      endpointName: 'e',
      variantName: 'v',
      deploymentId: 'd',
      container: { image: 'echo', environment: { ECHO_CHILD: 'yes', ECHO_IGNORE_SIGTERM: 'yes' } },
      downloadTimeoutMs: 60_000,
    }),
  ),
);
console.log('launched');
setInterval(() => {}, 1_000_000);
