import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import type { Place } from '../core/arn.js';
import { type InstanceTypes, KNOWN_INSTANCE_TYPES, readInstanceTypes } from '../core/instance-type.js';
import { DEFAULT_MAX_KEEP_WARM_MS, DEFAULT_PROMISE } from '../core/promise.js';
import type { ScalingSettings } from '../engine/scaling-settings.js';

/** The drivers that a profile stands for; each may be overridden by its own variable. */
export interface DriverChoice {
  readonly ledger: 'sqlite' | 'sqs';
  readonly objects: 'filesystem' | 's3';
  readonly notifications: 'topics' | 'sns';
  readonly instances: 'process' | 'docker';
}

/** `EBB_PROFILE`: one word that settles every driver. Profiles that are not built yet are not listed. */
const PROFILES: Readonly<Record<string, DriverChoice>> = {
  local: { ledger: 'sqlite', objects: 'filesystem', notifications: 'topics', instances: 'process' },
  docker: { ledger: 'sqlite', objects: 'filesystem', notifications: 'topics', instances: 'docker' },
};

/** What instances need that are containers. */
export interface ContainerSettings {
  /** Where the engine listens: `unix:///path`, or `tcp://` on the loopback address. */
  readonly engine: string;
  /** Those that Ebb knows, with the operator's own. */
  readonly types: InstanceTypes;
  /** In the form of Docker's `config.json`. */
  readonly registryAuthFile: string;
}

const DEFAULT_ENGINE = 'unix:///var/run/docker.sock';
/** Ports of containers are published on the loopback address of the engine's machine, so that has to be this one. */
const ENGINE = /^(unix:\/\/\/.+|tcp:\/\/(localhost|127(\.\d+){3}|\[::1\]):\d+)$/;

/** A setting breaks a rule; the message names the variable and the rule, and the process must not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The environment, read once, validated and frozen. Injected wherever a setting is needed. */
export class Config {
  private constructor(
    readonly profile: string,
    readonly drivers: DriverChoice,
    /** Where the embedded drivers keep everything. */
    readonly dataDirectory: string,
    readonly host: string,
    /** 0 lets the system choose. */
    readonly port: number,
    /** Folders that hold images, each a folder with an `ebb-image.json`. */
    readonly imageFolders: readonly string[],
    /** What models take on this machine's disk, those in use aside. */
    readonly modelCacheBytes: number,
    readonly containers: ContainerSettings,
    readonly scaling: ScalingSettings,
    readonly place: Place,
    /** Addresses of real or compatible AWS services; absent means the region's own. */
    readonly awsEndpoints: { readonly s3?: string; readonly sqs?: string; readonly sns?: string },
    readonly logLevel: LogLevel,
    /** What Ebb was started with; instances get of it what finds programs. */
    readonly environment: Readonly<NodeJS.ProcessEnv>,
  ) {
    Object.freeze(this);
  }

  /** Raises `ConfigError`. `repository` is the folder that relative defaults start from. */
  static read(environment: NodeJS.ProcessEnv, repository: string): Config {
    const read = new Reader(environment);
    const profile = read.oneOf('EBB_PROFILE', Object.keys(PROFILES), 'local');
    const defaults = PROFILES[profile]!;
    const drivers: DriverChoice = {
      ledger: read.oneOf('EBB_LEDGER', ['sqlite', 'sqs'], defaults.ledger),
      objects: read.oneOf('EBB_OBJECTS', ['filesystem', 's3'], defaults.objects),
      notifications: read.oneOf('EBB_NOTIFICATIONS', ['topics', 'sns'], defaults.notifications),
      instances: read.oneOf('EBB_INSTANCES', ['process', 'docker'], defaults.instances),
    };
    return new Config(
      profile,
      drivers,
      resolve(repository, read.path('EBB_DATA_DIR', '.ebb')),
      read.loopback('EBB_HOST', '127.0.0.1'),
      read.integer('EBB_PORT', 7070, 0, 65_535),
      read.paths('EBB_IMAGES', 'infra/images').map((folder) => resolve(repository, folder)),
      read.number('EBB_MODEL_CACHE_GB', 20, 0, 100_000) * 1e9,
      Object.freeze<ContainerSettings>({
        engine: drivers.instances === 'docker' ? read.engine() : DEFAULT_ENGINE,
        types: read.instanceTypes('EBB_INSTANCE_TYPES'),
        registryAuthFile: read.path('EBB_REGISTRY_AUTH_FILE', `${read.path('DOCKER_CONFIG', '~/.docker')}/config.json`),
      }),
      Object.freeze<ScalingSettings>({
        pace: read.oneOf('EBB_SCALING_PACE', ['fast', 'aws'], 'fast'),
        promise: { kind: 'start', withinMs: read.milliseconds('EBB_START_WITHIN_SECONDS', DEFAULT_PROMISE.withinMs) },
        maxKeepWarmMs: read.milliseconds('EBB_KEEP_WARM_SECONDS', DEFAULT_MAX_KEEP_WARM_MS),
      }),
      {
        accountId: read.matching('EBB_ACCOUNT_ID', /^\d{12}$/, 'exactly 12 digits', '000000000000'),
        region: read.matching('EBB_REGION', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1', 'us-east-1'),
      },
      Object.freeze({
        ...read.url('s3', 'EBB_S3_ENDPOINT'),
        ...read.url('sqs', 'EBB_SQS_ENDPOINT'),
        ...read.url('sns', 'EBB_SNS_ENDPOINT'),
      }),
      read.oneOf('EBB_LOG_LEVEL', LOG_LEVELS, 'info'),
      environment,
    );
  }
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

class Reader {
  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.text(name) ?? fallback;
    if ((values as readonly string[]).includes(value)) return value as T;
    throw this.error(name, `one of ${values.join(', ')}`, value);
  }

  engine(): string {
    const name = this.text('EBB_DOCKER_HOST') === undefined ? 'DOCKER_HOST' : 'EBB_DOCKER_HOST';
    return this.matching(name, ENGINE, 'unix:///path or tcp:// with the loopback address and a port', DEFAULT_ENGINE);
  }

  /** A variable that names a JSON file. */
  instanceTypes(name: string): InstanceTypes {
    if (this.text(name) === undefined) return KNOWN_INSTANCE_TYPES;
    const file = this.path(name, '');
    try {
      return new Map([...KNOWN_INSTANCE_TYPES, ...readInstanceTypes(JSON.parse(readFileSync(file, 'utf8')))]);
    } catch (error) {
      const { message } = error as Error;
      throw new ConfigError(`${name} must name a JSON file of instance types; in '${file}', ${message}.`);
    }
  }

  number(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    const value = text === undefined ? fallback : Number(text);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    throw this.error(name, `a number from ${min} to ${max}`, text);
  }

  /** A variable in seconds, a day at most. */
  milliseconds(name: string, fallbackMs: number): number {
    return this.number(name, fallbackMs / 1000, 0, 86_400) * 1000;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.number(name, fallback, min, max);
    if (Number.isInteger(value)) return value;
    throw this.error(name, `a whole number from ${min} to ${max}`, String(value));
  }

  matching(name: string, pattern: RegExp, rule: string, fallback: string): string {
    const value = this.text(name) ?? fallback;
    if (pattern.test(value)) return value;
    throw this.error(name, rule, value);
  }

  /** Only loopback, as long as nothing checks who asks. */
  loopback(name: string, fallback: string): string {
    const value = this.text(name) ?? fallback;
    if (value === 'localhost' || value === '::1' || (isIP(value) === 4 && value.startsWith('127.'))) return value;
    throw this.error(name, 'a loopback address, because requests are not authenticated yet', value);
  }

  path(name: string, fallback: string): string {
    return (this.text(name) ?? fallback).replace(/^~(?=\/|$)/, homedir());
  }

  paths(name: string, fallback: string): string[] {
    return this.path(name, fallback)
      .split(delimiter)
      .filter((folder) => folder !== '');
  }

  url<K extends string>(key: K, name: string): Partial<Record<K, string>> {
    const value = this.text(name);
    if (value === undefined) return {};
    if (/^https?:\/\//.test(value) && URL.canParse(value)) return { [key]: value } as Record<K, string>;
    throw this.error(name, 'an http or https URL', value);
  }

  /** An empty variable counts as unset, as in most shells' idiom. */
  private text(name: string): string | undefined {
    const value = this.environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  private error(name: string, rule: string, value: string | undefined): ConfigError {
    return new ConfigError(`${name} must be ${rule}; it is '${value ?? ''}'.`);
  }
}
