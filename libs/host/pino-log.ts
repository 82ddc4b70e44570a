import { pino } from 'pino';
import { Log, type LogFields } from '../engine/log.js';
import type { LogLevel } from './config.js';

/**
 * Writes structured lines to standard error, one for each event. Standard output is reserved for output that a command
 * asks for.
 */
export class PinoLog extends Log {
  private readonly logger;

  constructor(level: LogLevel) {
    super();
    this.logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  }

  override debug(event: string, fields?: LogFields): void {
    this.logger.debug(fields ?? {}, event);
  }

  override info(event: string, fields?: LogFields): void {
    this.logger.info(fields ?? {}, event);
  }

  override warn(event: string, fields?: LogFields): void {
    this.logger.warn(fields ?? {}, event);
  }

  override error(event: string, fields?: LogFields): void {
    this.logger.error(fields ?? {}, event);
  }
}
