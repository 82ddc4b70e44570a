import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EbbError, messageOf } from '../../libs/core/errors.js';
import { repositoryRoot } from '../../libs/host/repository-root.js';
import type { Trace } from '../../libs/simulator/trace.js';
import { readTrace } from '../../libs/simulator/trace-file.js';

/** The folder of the shipped traces. */
const TRACES_FOLDER = join(repositoryRoot(import.meta.dirname), 'infra/traces');

/** Returns the names of the shipped traces, in the order in which they are compared. */
export function shippedTraceNames(): string[] {
  return readdirSync(TRACES_FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

/** Reads the trace in a file, or the shipped trace of this name. Raises `InvalidRequest`, which says what is wrong. */
export function traceFrom(fileOrName: string): Trace {
  const shipped = join(TRACES_FOLDER, `${fileOrName}.json`);
  const path = existsSync(fileOrName) || !existsSync(shipped) ? fileOrName : shipped;
  if (!existsSync(path)) {
    throw new EbbError(
      'InvalidRequest',
      `${path}: there is no such file; the shipped traces are ${shippedTraceNames().join(', ')}`,
    );
  }
  return readTrace(readJsonFile(path), path);
}

/** Reads a JSON file. Raises `InvalidRequest` if it cannot be read or is not JSON. */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new EbbError('InvalidRequest', `${path}: cannot be read`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = messageOf(error);
    throw new EbbError('InvalidRequest', `${path}: is not JSON: ${why}`, { cause: error });
  }
}
