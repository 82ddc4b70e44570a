import type { ContainerCreateOptions, HostConfig, MountConfig } from 'dockerode';
import type { InstanceType } from '../../../core/instance/instance-type.js';
import type { LaunchSpec } from '../../../core/ports/instances.js';
import type { HeldModel } from '../model/model-store.js';
import type { ContainerLabels } from './labels.js';

/** The port on which a container serves, by SageMaker's contract. */
export const CONTAINER_PORT = '8080/tcp';
/** The folder of the model's files in a container. */
export const MODEL_PATH = '/opt/ml/model';
/** The folder of additional model data in a container, with a folder for each channel. */
export const ADDITIONAL_PATH = '/opt/ml/additional-model-data-sources';
const BYTES_PER_MIB = 1_048_576;

/** The capabilities of a server that starts as root and continues as another user. All others are dropped. */
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
/** The size of `/dev/shm`, through which data loaders pass tensors, if no memory limit determines it. */
const SHARED_MEMORY_BYTES = 1024 * BYTES_PER_MIB;
const LOG_OPTIONS = { 'max-size': '10m', 'max-file': '2' } as const;

/** The properties of a container that its spec does not determine. */
export interface Placement {
  readonly name: string;
  readonly labels: ContainerLabels;
  readonly network: string;
  /** The port on the loopback address; undefined for a container that is reached by its own address. */
  readonly port?: number;
  readonly model: Pick<HeldModel, 'directory' | 'additional'>;
  /** The instance type; if undefined, memory and CPUs have no limits. */
  readonly type?: InstanceType;
  readonly region?: string;
  readonly isPodman: boolean;
}

/**
 * Returns the options of a container that follow SageMaker's contract: the command `serve`, port 8080, a readable
 * model, and SIGTERM to the first process.
 */
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
    // A limit given here would replace all limits that Podman's operator has configured, including the one on
    // processes.
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
    // An equal value means no swap.
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(type.vCpu * 1e9),
    ShmSize: Math.floor(memoryBytes / 2),
    ...(type.gpus > 0 && { DeviceRequests: [{ Driver: '', Count: type.gpus, Capabilities: [['gpu']] }] }),
  };
}
