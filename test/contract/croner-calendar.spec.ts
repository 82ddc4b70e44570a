import { describe } from 'vitest';
import { CronerCalendar } from '../../libs/drivers/calendar/croner.js';
import { calendarContract } from './calendar.contract.js';

describe('the calendar by croner', () => {
  calendarContract(() => new CronerCalendar());
});
