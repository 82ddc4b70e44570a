import { EbbError } from '../../../core/errors.js';
import type { InstanceType } from '../../../core/instance/instance-type.js';
import type { EngineClient } from './engine-api/engine-client.js';

const BYTES_PER_MIB = 1_048_576;

/**
 * The share of its nominal memory that a machine shows its system. A machine sold with 16 GiB shows less, and still
 * counts as one of 16 GiB.
 */
const MEMORY_SHOWN = 0.93;

/** The members in which the engine's versions report GPUs. */
interface GpuInfo {
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly GenericResources?:
    | readonly {
        readonly NamedResourceSpec?: { readonly Kind: string };
        readonly DiscreteResourceSpec?: { readonly Kind: string; readonly Value: number };
      }[]
    | null;
  readonly DiscoveredDevices?: readonly { readonly Source: string; readonly ID: string }[] | null;
}

/**
 * Raises `InvalidRequest`, with the demands and the available amounts, if the engine's machine is too small for an
 * instance type.
 */
export async function checkMachine(engine: EngineClient, name: string, type: InstanceType): Promise<void> {
  const info = await engine.ask((client) => client.info());
  const { MemTotal, NCPU } = info as { MemTotal: number; NCPU: number };
  const memoryMiB = Math.floor(MemTotal / BYTES_PER_MIB);
  const gpus = countGpus(info as GpuInfo);
  const excess: string[] = [];
  if (type.vCpu > NCPU) excess.push(`${type.vCpu} vCPUs, of which there are ${NCPU}`);
  if (type.memoryMiB * MEMORY_SHOWN > memoryMiB)
    excess.push(`${type.memoryMiB} MiB of memory, of which there are ${memoryMiB}`);
  if (type.gpus > gpus) excess.push(`${type.gpus} GPUs, of which the container engine reports ${gpus}`);
  if (excess.length === 0) return;
  throw new EbbError(
    'InvalidRequest',
    `The instance type ${name} does not fit this machine: it asks for ${excess.join('; ')}. The operator may change its figures with EBB_INSTANCE_TYPES.`,
  );
}

/**
 * Counts the machine's GPUs. The count is `Infinity` if the engine can provide GPUs but does not report their number.
 */
function countGpus({ Runtimes = {}, GenericResources, DiscoveredDevices }: GpuInfo): number {
  let count = 0;
  for (const { NamedResourceSpec, DiscreteResourceSpec } of GenericResources ?? []) {
    if (isGpu(NamedResourceSpec?.Kind)) count += 1;
    if (isGpu(DiscreteResourceSpec?.Kind)) count += DiscreteResourceSpec!.Value;
  }
  if (count > 0) return count;
  const devices = (DiscoveredDevices ?? []).filter(({ ID }) => /^nvidia\.com\/gpu=\d+$/.test(ID));
  if (devices.length > 0) return devices.length;
  return 'nvidia' in Runtimes ? Infinity : 0;
}

function isGpu(kind = ''): boolean {
  return /gpu/i.test(kind);
}
