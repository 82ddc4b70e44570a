import { resolve } from 'node:path';
import type { Place } from '../core/arn.js';
import type { InstanceTypes } from '../core/instance/instance-type.js';
import { DEFAULT_MAX_KEEP_WARM_MS, DEFAULT_PROMISE } from '../core/scaling/promise.js';
import type { AccessMode } from '../engine/access/authenticate.js';
import { AddressGuard } from '../drivers/notifications/webhook/address-guard.js';
import type { ScalingSettings } from '../engine/scaling/scaling-settings.js';
import { type ListeningSettings, readListening } from './listening.js';
import { DEFAULT_ENGINE, SettingReader } from './setting-reader.js';

/** The drivers that a profile selects; a variable for each driver overrides the profile. */
export interface DriverChoice {
  readonly ledger: 'sqlite' | 'sqs';
  readonly objects: 'filesystem' | 's3';
  readonly notifications: 'topics' | 'sns';
  readonly instances: 'process' | 'docker';
}

/** The profiles that `EBB_PROFILE` can name. A profile that is not built yet is not listed. */
const PROFILES: Readonly<Record<string, DriverChoice>> = {
  local: { ledger: 'sqlite', objects: 'filesystem', notifications: 'topics', instances: 'process' },
  docker: { ledger: 'sqlite', objects: 'filesystem', notifications: 'topics', instances: 'docker' },
};

/** The access mode, and the place of the key that encrypts stored secrets. */
export interface AccessSettings {
  readonly mode: AccessMode;
  /** The operator's key file; if absent, `secrets.key` in the data directory. */
  readonly secretsKeyFile?: string;
}

/** The settings for instances that are containers. */
export interface ContainerSettings {
  /** The address of the container engine: `unix:///path`, or `tcp://` on the loopback address. */
  readonly engine: string;
  /** The instance types that Ebb knows, together with the operator's own. */
  readonly types: InstanceTypes;
  /** A file in the form of Docker's `config.json`. */
  readonly registryAuthFile: string;
}

/**
 * Hosts that callbacks may reach in open mode. Callers without credentials are on this machine and reach its services
 * anyway.
 */
const LOOPBACK = ['127.0.0.0/8', '::1', 'localhost'];

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** The level of the least severe log lines that are written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The settings of one process, read once from the environment, validated and frozen. Nest injects them. */
export abstract class Config {
  abstract readonly profile: string;
  abstract readonly drivers: DriverChoice;
  /** The folder in which the embedded drivers keep their data. */
  abstract readonly dataDirectory: string;
  abstract readonly listening: ListeningSettings;
  abstract readonly access: AccessSettings;
  /** Folders of images; each image is a folder with an `ebb-image.json`. */
  abstract readonly imageFolders: readonly string[];
  /** The most bytes of this machine's disk that models take, not counting models in use. */
  abstract readonly modelCacheBytes: number;
  abstract readonly containers: ContainerSettings;
  abstract readonly scaling: ScalingSettings;
  abstract readonly place: Place;
  /** Addresses of real or compatible AWS services; if one is absent, the region's own address. */
  abstract readonly awsEndpoints: { readonly s3?: string; readonly sqs?: string; readonly sns?: string };
  /** The URL at which containers report progress to this Ebb. If absent, processes use Ebb's own address. */
  abstract readonly progressUrl: string | undefined;
  /** Networks and hosts that callbacks may reach although they are not public. */
  abstract readonly callbackAllow: readonly string[];
  abstract readonly logLevel: LogLevel;
  /** The environment that Ebb was started with. Instances inherit only the variables that find programs. */
  abstract readonly environment: Readonly<NodeJS.ProcessEnv>;

  /** Reads the settings; raises `ConfigError`. Relative defaults start from the folder `repository`. */
  static read(environment: NodeJS.ProcessEnv, repository: string): Config {
    const read = new SettingReader(environment);
    const profile = read.oneOf('EBB_PROFILE', Object.keys(PROFILES), 'local');
    const drivers = readDrivers(read, PROFILES[profile]!);
    const { listening, mode } = readListening(read);
    return Object.freeze<Config>({
      profile,
      drivers,
      dataDirectory: resolve(repository, read.path('EBB_DATA_DIR', '.ebb')),
      listening,
      access: Object.freeze<AccessSettings>({ mode, secretsKeyFile: read.optionalPath('EBB_SECRETS_KEY_FILE') }),
      imageFolders: read.paths('EBB_IMAGES', 'infra/images').map((folder) => resolve(repository, folder)),
      modelCacheBytes: read.number('EBB_MODEL_CACHE_GB', 20, 0, 100_000) * 1e9,
      containers: readContainers(read, drivers),
      scaling: readScaling(read),
      place: {
        accountId: read.matching('EBB_ACCOUNT_ID', /^\d{12}$/, 'exactly 12 digits', '000000000000'),
        region: read.matching('EBB_REGION', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1', 'us-east-1'),
      },
      awsEndpoints: Object.freeze({
        ...read.url('s3', 'EBB_S3_ENDPOINT'),
        ...read.url('sqs', 'EBB_SQS_ENDPOINT'),
        ...read.url('sns', 'EBB_SNS_ENDPOINT'),
      }),
      progressUrl: read.url('progress', 'EBB_PROGRESS_URL').progress,
      callbackAllow:
        read.list('EBB_CALLBACK_ALLOW', AddressGuard.isEntry, 'networks such as 10.0.0.0/8, or hosts') ??
        (mode === 'open' ? LOOPBACK : []),
      logLevel: read.oneOf('EBB_LOG_LEVEL', LOG_LEVELS, 'info'),
      environment,
    });
  }
}

function readDrivers(read: SettingReader, defaults: DriverChoice): DriverChoice {
  return {
    ledger: read.oneOf('EBB_LEDGER', ['sqlite', 'sqs'], defaults.ledger),
    objects: read.oneOf('EBB_OBJECTS', ['filesystem', 's3'], defaults.objects),
    notifications: read.oneOf('EBB_NOTIFICATIONS', ['topics', 'sns'], defaults.notifications),
    instances: read.oneOf('EBB_INSTANCES', ['process', 'docker'], defaults.instances),
  };
}

/** The engine's address matters only if instances are containers. */
function readContainers(read: SettingReader, { instances }: DriverChoice): ContainerSettings {
  return Object.freeze<ContainerSettings>({
    engine: instances === 'docker' ? read.engine() : DEFAULT_ENGINE,
    types: read.instanceTypes('EBB_INSTANCE_TYPES'),
    registryAuthFile: read.path('EBB_REGISTRY_AUTH_FILE', `${read.path('DOCKER_CONFIG', '~/.docker')}/config.json`),
  });
}

function readScaling(read: SettingReader): ScalingSettings {
  return Object.freeze<ScalingSettings>({
    pace: read.oneOf('EBB_SCALING_PACE', ['fast', 'aws'], 'fast'),
    promise: { kind: 'start', withinMs: read.milliseconds('EBB_START_WITHIN_SECONDS', DEFAULT_PROMISE.withinMs) },
    maxKeepWarmMs: read.milliseconds('EBB_KEEP_WARM_SECONDS', DEFAULT_MAX_KEEP_WARM_MS),
  });
}
