import type { ContainerCreateOptions, HostConfig, MountConfig } from 'dockerode';
import type { InstanceType } from '../../../core/instance/instance-type.js';
import type { LaunchSpec } from '../../../core/ports/instances.js';
import type { HeldModel } from '../model/model-store.js';
import type { ContainerLabels } from './labels.js';

export const CONTAINER_PORT = '8080/tcp';
export const MODEL_PATH = '/opt/ml/model';
export const ADDITIONAL_PATH = '/opt/ml/additional-model-data-sources';
const BYTES_PER_MIB = 1_048_576;

/** What servers need that start as root and go on as somebody else; all other capabilities are dropped. */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
] as const;
const MAX_PROCESSES = 4096;
const MAX_OPEN_FILES = 16_384;
/** Of `/dev/shm`, by which data loaders pass tensors, where there is no memory limit to take it from. */
const SHARED_MEMORY_BYTES = 1024 * BYTES_PER_MIB;
const LOG_OPTIONS = { 'max-size': '10m', 'max-file': '2' } as const;

/** What a container is made of besides its spec. */
export interface Placement {
  readonly name: string;
  readonly labels: ContainerLabels;
  readonly network: string;
  /** Of the loopback address; undefined for a container that is reached by its own address. */
  readonly port?: number;
  readonly model: Pick<HeldModel, 'directory' | 'additional'>;
  /** Undefined: no limits on memory and CPUs. */
  readonly type?: InstanceType;
  readonly region?: string;
  readonly isPodman: boolean;
}

/** A container as SageMaker's contract has it: `serve`, port 8080, the model to read, and SIGTERM to the first process. */
export function containerOptions({ container }: LaunchSpec, placement: Placement): ContainerCreateOptions {
  const environment = {
    AWS_REGION: placement.region,
    SM_MODEL_DIR: MODEL_PATH,
    ...container.environment,
  };
  return {
    name: placement.name,
    Image: container.image,
    Cmd: ['serve'],
    Env: Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    Labels: placement.labels,
    StopSignal: 'SIGTERM',
    ExposedPorts: { [CONTAINER_PORT]: {} },
    ...(container.containerHostname !== undefined && { Hostname: container.containerHostname }),
    HostConfig: { ...hostConfig(placement), ...limits(placement.type) },
  };
}

function hostConfig({ network, port, model, isPodman }: Placement): HostConfig {
  return {
    NetworkMode: network,
    ...(port !== undefined && {
      PortBindings: { [CONTAINER_PORT]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
    }),
    Mounts: mountsOf(model),
    CapDrop: ['ALL'],
    CapAdd: [...CAPABILITIES],
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: MAX_PROCESSES,
    // One that is given takes the place of all that Podman's operator has configured, processes included.
    ...(!isPodman && { Ulimits: [{ Name: 'nofile', Soft: MAX_OPEN_FILES, Hard: MAX_OPEN_FILES }] }),
    Init: false,
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: LOG_OPTIONS },
  };
}

function mountsOf({ directory, additional }: Placement['model']): MountConfig {
  const mounts = additional.map((source) => readOnly(source.directory, `${ADDITIONAL_PATH}/${source.channelName}`));
  return directory === undefined ? mounts : [readOnly(directory, MODEL_PATH), ...mounts];
}

function readOnly(source: string, target: string): MountConfig[number] {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: true };
}

function limits(type: InstanceType | undefined): HostConfig {
  if (!type) return { ShmSize: SHARED_MEMORY_BYTES };
  const memoryBytes = type.memoryMiB * BYTES_PER_MIB;
  return {
    Memory: memoryBytes,
    // The same: no swap.
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(type.vCpu * 1e9),
    ShmSize: Math.floor(memoryBytes / 2),
    ...(type.gpus > 0 && { DeviceRequests: [{ Driver: '', Count: type.gpus, Capabilities: [['gpu']] }] }),
  };
}
