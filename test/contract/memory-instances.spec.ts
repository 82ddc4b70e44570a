import { setTimeout as sleep } from 'node:timers/promises';
import { EbbError } from '../../libs/core/errors.js';
import type { CancelAnswer, ContainerRequest, LaunchSpec } from '../../libs/core/ports/instances.js';
import { SystemClock } from '../../libs/drivers/clock/system.js';
import { type InvocationScript, type LaunchScript, MemoryInstances } from '../support/memory-instances.js';
import { MemoryLogs } from '../support/memory-logs.js';
import { instancesContract } from './instances.contract.js';
import type { InstancesScene } from './instances-scene.js';

const MODEL = 's3://models/model.tar.gz';

/** Real time, because the suite also runs over real processes. */
class RealClock extends SystemClock {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

instancesContract('memory', async (): Promise<InstancesScene> => {
  const logs = new MemoryLogs();
  const script = { launch: launchByKnobs, invoke: invokeByKnobs, cancel: cancelByKnobs };
  const instances = new MemoryInstances(new RealClock(), script, logs);
  return {
    instances,
    logs,
    image: 'echo',
    modelDataUrl: MODEL,
    unusableModelDataUrl: 's3://models/absent.tar.gz',
    // Instances live outside Ebb, so they survive its crash.
    afterCrash: async () => instances,
    close: async () => {
      for (const { instanceId } of await instances.list()) instances.kill(instanceId);
    },
  };
});

/** Reads the echo image's knobs of an instance. */
function launchByKnobs({ container }: LaunchSpec): LaunchScript {
  const knobs = container.environment;
  const { modelDataUrl = MODEL } = container;
  return {
    error:
      container.image !== 'echo'
        ? new EbbError('ImageNotFound', 'There is no such image.')
        : modelDataUrl !== MODEL
          ? new EbbError('ModelDataUnusable', 'It does not exist.')
          : undefined,
    bootMs: Number(knobs['ECHO_BOOT_MS'] ?? 0),
    healthyAfterMs: Number(knobs['ECHO_PING_AFTER_MS'] ?? 0),
    pingHangs: knobs['ECHO_PING'] === 'hang',
    diesAfterMs: knobs['ECHO_EXIT_AFTER_MS'] === undefined ? undefined : Number(knobs['ECHO_EXIT_AFTER_MS']),
    exitCode: 3,
    ignoresTermination: knobs['ECHO_IGNORE_SIGTERM'] === 'yes',
  };
}

function cancelByKnobs({ container }: LaunchSpec): CancelAnswer {
  return { isAcknowledged: container.environment['ECHO_CANCEL'] !== '503', endsInstanceAfterMs: 1_000 };
}

/** Reads the echo image's knobs of a request. */
function invokeByKnobs(_instanceId: string, { customAttributes = '' }: ContainerRequest): InvocationScript {
  const knobs = Object.fromEntries(customAttributes.split(';').map((knob) => knob.split('=', 2) as [string, string]));
  const end = ((): InvocationScript['end'] => {
    if ('breakAfter' in knobs) return 'exit' in knobs ? 'die-answering' : 'break-off';
    if ('exit' in knobs) return 'die';
    if ('reset' in knobs) return 'reset';
    return 'hang' in knobs ? 'hang' : 'answer';
  })();
  return {
    serviceMs: Number(knobs['delayMs'] ?? 0),
    end,
    exitCode: Number(knobs['exit'] ?? 0),
    status: Number(knobs['status'] ?? 200),
    chunked: 'chunked' in knobs,
    headerBytes: 120 + Number(knobs['headerBytes'] ?? 0),
  };
}
