import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { type InstanceTypes, KNOWN_INSTANCE_TYPES, readInstanceTypes } from '../core/instance/instance-type.js';

/** The address of the container engine by default. */
export const DEFAULT_ENGINE = 'unix:///var/run/docker.sock';
/**
 * The engine must run on this machine, because ports of containers are published on the loopback address of its
 * machine.
 */
const ENGINE = /^(unix:\/\/\/.+|tcp:\/\/(localhost|127(\.\d+){3}|\[::1\]):\d+)$/;

/** A setting that breaks a rule. The message names the variable and the rule; the process must not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads settings from the environment, one variable at a time. Raises `ConfigError` for a value that breaks its rule.
 */
export class SettingReader {
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

  /** Reads the instance types from the JSON file that a variable names. */
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

  /** Reads a variable in seconds, at most one day, as milliseconds. */
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

  path(name: string, fallback: string): string {
    return (this.text(name) ?? fallback).replace(/^~(?=\/|$)/, homedir());
  }

  optionalPath(name: string): string | undefined {
    return this.text(name) === undefined ? undefined : this.path(name, '');
  }

  paths(name: string, fallback: string): string[] {
    return this.path(name, fallback)
      .split(delimiter)
      .filter((folder) => folder !== '');
  }

  /** Reads entries separated by commas; each entry must pass `isEntry`. */
  list(name: string, isEntry: (entry: string) => boolean, rule: string): string[] | undefined {
    const entries = this.text(name)
      ?.split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const wrong = entries?.find((entry) => !isEntry(entry));
    if (wrong !== undefined) throw this.error(name, rule, wrong);
    return entries;
  }

  url<K extends string>(key: K, name: string): Partial<Record<K, string>> {
    const value = this.text(name);
    if (value === undefined) return {};
    if (/^https?:\/\//.test(value) && URL.canParse(value)) return { [key]: value } as Record<K, string>;
    throw this.error(name, 'an http or https URL', value);
  }

  /** Returns a variable's text. An empty variable counts as unset, as shells usually treat it. */
  text(name: string): string | undefined {
    const value = this.environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** Returns an error to throw that names the variable, its rule and its value. */
  error(name: string, rule: string, value: string | undefined): ConfigError {
    return new ConfigError(`${name} must be ${rule}; it is '${value ?? ''}'.`);
  }
}
