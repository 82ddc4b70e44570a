import { type ManyOptions, actOnMany, withMany } from './act-on-many.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb redrive`. */
export function redriveCommand(acts: Acts) {
  return withMany(
    taught({
      name: 'redrive',
      summary: 'run failed, expired or cancelled invocations again',
      description:
        'Makes a new invocation of the same request for each that is meant, by id or all that a filter finds. Redriving ' +
        'one twice gives the first redrive again.',
      examples: [
        ['ebb redrive 0f3c…', 'one of them'],
        ['ebb redrive --endpoint ocr --state failed --since 1d --dry-run', 'how many there would be'],
        ['ebb redrive --endpoint ocr --state failed --since 1d', 'all of those'],
      ],
      exits: {
        failed: 'some that the filter found could not be redriven',
        notFound: 'there is no such invocation',
        conflict: 'it has not ended in a way that can be redriven',
      },
    }),
    ['Failed', 'Expired', 'Cancelled'],
  ).action(
    acts((session, options: ManyOptions, ids: readonly string[]) => actOnMany('redrive', session, options, ids)),
  );
}
