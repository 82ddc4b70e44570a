/** How much of instances' output is kept, and is looked at for a page. */
export interface LogLimits {
  /** A file of a log that has grown to this is followed by a new one. */
  readonly segmentBytes: number;
  /** Of one log, so many files are kept, the newest among them being written. */
  readonly segments: number;
  /** How much may wait in memory to be written, for each log; what comes when it is full is dropped. */
  readonly bufferCharacters: number;
  /** So many ended instances' logs are kept for each endpoint, and so many in all. */
  readonly endedPerEndpoint: number;
  readonly ended: number;
  /** A page ends when about so many pieces of 256 KiB have been read for it. */
  readonly pagePieces: number;
}

/** About 10 MiB of each instance, at least 7.5 MiB of which are its last output at any time. */
export const LOG_LIMITS: LogLimits = {
  segmentBytes: 2.5 * 1024 * 1024,
  segments: 4,
  bufferCharacters: 2 * 1024 * 1024,
  endedPerEndpoint: 50,
  ended: 400,
  pagePieces: 1024,
};
