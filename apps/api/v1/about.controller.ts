import { Controller } from '@nestjs/common';
import { GET_OPENAPI } from '../../../libs/wire/rest/about-routes.js';
import { ALL_ROUTES } from '../../../libs/wire/rest/all-routes.js';
import { openApiOf } from '../../../libs/wire/rest/openapi.js';
import { Serves } from './serves.js';

/** What the REST API says of itself. */
@Controller()
export class AboutController {
  private readonly document = openApiOf(ALL_ROUTES);

  @Serves(GET_OPENAPI)
  openApi(): object {
    return this.document;
  }
}
