import { type ManyOptions, actOnMany, withMany } from './act-on-many.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb cancel`. */
export function cancelCommand(acts: Acts) {
  return withMany(
    taught({
      name: 'cancel',
      summary: 'cancel invocations that wait or run',
      description: 'Cancels invocations, by id or all that a filter finds. One that runs is ended in its container.',
      examples: [
        ['ebb cancel 0f3c…', 'one of them'],
        ['ebb cancel --endpoint ocr --state queued --dry-run', 'how many wait at an endpoint'],
        ['ebb cancel --endpoint ocr --state queued', 'and none does any more'],
      ],
      exits: {
        failed: 'some that the filter found could not be cancelled',
        notFound: 'there is no such invocation',
        conflict: 'it has ended already',
      },
    }),
    ['Queued', 'Running'],
  ).action(acts((session, options: ManyOptions, ids: readonly string[]) => actOnMany('cancel', session, options, ids)));
}
