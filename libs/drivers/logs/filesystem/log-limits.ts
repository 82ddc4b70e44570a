/** The limits on the kept output of instances, and on the reading for one page. */
export interface LogLimits {
  /** The size at which a log continues in a new file. */
  readonly segmentBytes: number;
  /** The most files kept of one log, including the file that is being written. */
  readonly segments: number;
  /** The most characters of one log that wait in memory to be written; lines beyond it are dropped. */
  readonly bufferCharacters: number;
  /** The most logs of ended instances kept for one endpoint, and for all endpoints together. */
  readonly endedPerEndpoint: number;
  readonly ended: number;
  /** The number of pieces of 256 KiB that are read for one page, approximately; the page ends there. */
  readonly pagePieces: number;
}

/**
 * The limits by default: about 10 MiB for each instance, of which at least 7.5 MiB are its latest output at any time.
 */
export const LOG_LIMITS: LogLimits = {
  segmentBytes: 2.5 * 1024 * 1024,
  segments: 4,
  bufferCharacters: 2 * 1024 * 1024,
  endedPerEndpoint: 50,
  ended: 400,
  pagePieces: 1024,
};
