export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where the engine says what happened: one line an event, ids as fields (endpoint, variant, inferenceId, instanceId).
 * debug is for Ebb's developers, info for state that changed, warn names a consequence or an action, error is a broken
 * promise. Bodies and secrets are never logged.
 */
export abstract class Log {
  abstract debug(event: string, fields?: LogFields): void;
  abstract info(event: string, fields?: LogFields): void;
  abstract warn(event: string, fields?: LogFields): void;
  abstract error(event: string, fields?: LogFields): void;
}
