import { Controller, Header } from '@nestjs/common';
import { GET_DOCS, GET_ERROR, GET_OPENAPI } from '../../../libs/wire/rest/docs/about-routes.js';
import { ALL_ROUTES } from '../../../libs/wire/rest/all-routes.js';
import { docsPage } from '../../../libs/wire/rest/docs/docs-page.js';
import type { OpenApiDocument } from '../../../libs/wire/rest/docs/openapi-document.js';
import { openApiOf } from '../../../libs/wire/rest/docs/openapi.js';
import { problemPage } from '../../../libs/wire/rest/docs/problem-page.js';
import { Config } from '../../../libs/host/config.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

const HTML = 'text/html; charset=utf-8';
/** The pages are self-contained and may load nothing. */
const NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** Serves the REST API's description of itself: the OpenAPI document, its page, and a page for each error. */
@Controller()
export class AboutController {
  private described: { readonly document: OpenApiDocument; readonly page: string } | undefined;

  constructor(private readonly config: Config) {}

  @Serves(GET_OPENAPI)
  openApi(@Asked() _asked: Asked<typeof GET_OPENAPI>): object {
    return this.description().document;
  }

  @Serves(GET_DOCS)
  @Header('content-type', HTML)
  @Header('content-security-policy', NOTHING_ELSE)
  docs(@Asked() _asked: Asked<typeof GET_DOCS>): string {
    return this.description().page;
  }

  @Serves(GET_ERROR)
  @Header('content-type', HTML)
  @Header('content-security-policy', NOTHING_ELSE)
  error(@Asked() { parameters }: Asked<typeof GET_ERROR>): string {
    return problemPage(parameters.code);
  }

  /** Builds the description at the first request, because it takes time and memory that most starts do not need. */
  private description() {
    if (this.described) return this.described;
    const document = openApiOf(ALL_ROUTES, { isOpen: this.config.access.mode === 'open' });
    return (this.described = { document, page: docsPage(document) });
  }
}
