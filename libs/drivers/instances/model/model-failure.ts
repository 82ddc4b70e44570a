import { EbbError, isEbbError } from '../../../core/errors.js';

/** A fault in a model's files. The message is the end of a sentence about them, addressed to their author. */
export class BadModelData extends Error {}

/**
 * Raised when objects change between being listed and being fetched: the fetched files belong to no single state of the
 * model.
 */
export class ModelChanged extends BadModelData {
  constructor() {
    super('it keeps changing while it is fetched');
  }
}

/** The failures that are the model's fault, by the code of the error. */
const MODEL_FAILURES: Readonly<Record<string, string>> = {
  ObjectNotFound: 'it does not exist',
  BucketNotFound: 'its bucket does not exist',
  InvalidRequest: 'storage refuses that address',
  ENAMETOOLONG: 'it has a path that is too long',
  // Only this machine's file system takes these names for the same one. Equal names are found before.
  EISDIR: 'it has a file and a directory of the same name',
  ENOTDIR: 'it has a file and a directory of the same name',
  EEXIST: 'it has two files of the same name, as this machine compares names',
};

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'StorageFull']);

/**
 * Translates a failure into an error about the model at `uri`: `ModelDataUnusable`, or `Unavailable` if this machine or
 * its storage is at fault.
 */
export function explainFailure(uri: string, error: unknown): EbbError {
  if (isEbbError(error, 'ModelDataUnusable')) return error;
  if (error instanceof BadModelData) return unusable(uri, error.message, error.cause ?? error);
  const { code = '', message } = error as { code?: string; message: string };
  const failure = MODEL_FAILURES[code];
  if (failure !== undefined) {
    return unusable(uri, code === 'InvalidRequest' ? `${failure} (${message})` : failure, error);
  }
  const why = NO_ROOM.has(code) ? `there is no room left on this machine's disk (${message})` : message;
  return new EbbError('Unavailable', `The model data ${uri} could not be fetched: ${why}`, { cause: error });
}

/** Makes the error about a model whose data cannot be used. */
export function unusable(uri: string, why: string, cause?: unknown): EbbError {
  return new EbbError('ModelDataUnusable', `The model data ${uri} cannot be used: ${why}.`, { cause });
}
