import { join } from 'node:path';
import type { Instances } from '../core/ports/instances.js';
import type { Logs } from '../core/ports/logs.js';
import type { Objects } from '../core/ports/objects.js';
import { ModelStore } from '../drivers/instances/model/model-store.js';
import { ProcessInstances } from '../drivers/instances/process.js';
import type { Log } from '../engine/log.js';
import type { Closers } from './closers.js';
import type { Config } from './config.js';

/** Opens the driver that launches instances, and this machine's store of models. */
export async function openInstances(
  config: Config,
  { objects, logs, log }: { readonly objects: Objects; readonly logs: Logs; readonly log: Log },
  closers: Closers,
): Promise<Instances> {
  const { region } = config.place;
  const directory = join(config.dataDirectory, 'models');
  const models = await ModelStore.open({ objects, directory, maxBytes: config.modelCacheBytes });
  switch (config.drivers.instances) {
    case 'docker': {
      const { DockerInstances } = await import('../drivers/instances/docker.js');
      const instances = await DockerInstances.open({
        ...config.containers,
        directory: join(config.dataDirectory, 'containers'),
        models,
        logs,
        region,
        onPull: (progress) => log.debug('An image is being pulled', { ...progress }),
      });
      closers.add(() => instances.close());
      return instances;
    }
    case 'process': {
      const instances = new ProcessInstances({
        imageFolders: [...config.imageFolders],
        directory: join(config.dataDirectory, 'instances'),
        models,
        logs,
        environment: config.environment,
        region,
      });
      closers.add(() => instances.close());
      return instances;
    }
  }
}
