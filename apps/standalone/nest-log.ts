import type { LoggerService } from '@nestjs/common';
import type { Log } from '../../libs/engine/log.js';

/** By whom Nest says that it cannot listen. */
const APPLICATION = 'NestApplication';

/**
 * What Nest has to say, as lines of Ebb's own log. That it cannot listen is left out: it raises that too, and whoever
 * starts Ebb is told in one line.
 */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(): void {}

  warn(message: unknown, ...details: unknown[]): void {
    this.target.warn('A warning of the web framework', { reason: textOf(message), context: details.at(-1) });
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
