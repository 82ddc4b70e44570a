import { Controller, Header } from '@nestjs/common';
import { GET_DOCS, GET_ERROR, GET_OPENAPI } from '../../../libs/wire/rest/about-routes.js';
import { ALL_ROUTES } from '../../../libs/wire/rest/all-routes.js';
import { docsPage } from '../../../libs/wire/rest/docs-page.js';
import { openApiOf } from '../../../libs/wire/rest/openapi.js';
import { problemPage } from '../../../libs/wire/rest/problem-page.js';
import { Config } from '../../../libs/host/config.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

const HTML = 'text/html; charset=utf-8';
/** Pages bring all that they need, and may load nothing. */
const NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** What the REST API says of itself. */
@Controller()
export class AboutController {
  private readonly document: object;
  private readonly page: string;

  constructor({ access }: Config) {
    const document = openApiOf(ALL_ROUTES, { isOpen: access.mode === 'open' });
    this.document = document;
    this.page = docsPage(document);
  }

  @Serves(GET_OPENAPI)
  openApi(@Asked() _asked: Asked<typeof GET_OPENAPI>): object {
    return this.document;
  }

  @Serves(GET_DOCS)
  @Header('content-type', HTML)
  @Header('content-security-policy', NOTHING_ELSE)
  docs(@Asked() _asked: Asked<typeof GET_DOCS>): string {
    return this.page;
  }

  @Serves(GET_ERROR)
  @Header('content-type', HTML)
  @Header('content-security-policy', NOTHING_ELSE)
  error(@Asked() { parameters }: Asked<typeof GET_ERROR>): string {
    return problemPage(parameters.code);
  }
}
