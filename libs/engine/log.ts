/** The fields of a log line, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Receives the engine's log lines: one line an event, with ids as fields (endpoint, variant, inferenceId, instanceId).
 * `debug` is for Ebb's developers; `info` reports a changed state; `warn` names a consequence or an action; `error`
 * reports a broken promise. Bodies and secrets are never logged.
 */
export abstract class Log {
  abstract debug(event: string, fields?: LogFields): void;
  abstract info(event: string, fields?: LogFields): void;
  abstract warn(event: string, fields?: LogFields): void;
  abstract error(event: string, fields?: LogFields): void;
}
