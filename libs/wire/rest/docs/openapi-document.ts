/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Described {
  readonly description?: string;
}

export interface Parameter extends Described {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface Header extends Described {
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** What a body or an answer is; of documents that come one a line, each of them. */
export interface MediaType {
  readonly schema?: JsonSchema;
  readonly 'x-itemSchema'?: JsonSchema;
}

export type MediaTypes = Readonly<Record<string, MediaType>>;

/** Where an answer leads: a parameter of another operation is found in it. */
export interface Link {
  readonly operationId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, Header | { readonly $ref: string }>>;
  readonly content?: MediaTypes;
  readonly links?: Readonly<Record<string, Link>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Described & { readonly required: boolean; readonly content: MediaTypes };
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>;
}

/** As much of OpenAPI 3.1 as Ebb's own document has. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<'title' | 'version' | 'description', string>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly headers: Readonly<Record<string, Header>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}
