import type { LoggerService } from '@nestjs/common';
import type { Log } from '../../libs/engine/log.js';

/** The context in which Nest logs that it cannot listen. */
const APPLICATION = 'NestApplication';

/**
 * Writes Nest's messages as lines of Ebb's own log. Nest's failure to listen is left out, because Nest raises it too,
 * and Ebb then prints it in one line.
 */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(): void {}

  warn(message: unknown, ...details: unknown[]): void {
    this.target.warn('The web framework warned', { reason: textOf(message), context: details.at(-1) });
  }

  error(message: unknown, ...details: unknown[]): void {
    const context = details.at(-1);
    if (context === APPLICATION) return;
    this.target.error('The web framework failed', { reason: textOf(message), context });
  }
}

function textOf(message: unknown): string {
  return message instanceof Error ? (message.stack ?? message.message) : String(message);
}
