/** A JSON Schema of draft 2020-12, as in OpenAPI 3.1. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** An object of the document that may have a description. */
export interface Described {
  readonly description?: string;
}

/** A parameter of an operation. */
export interface Parameter extends Described {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** A header of an answer. */
export interface Header extends Described {
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** The content of a body or an answer. `x-itemSchema` describes each line if documents come one a line. */
export interface MediaType {
  readonly schema?: JsonSchema;
  readonly 'x-itemSchema'?: JsonSchema;
}

/** The contents by content type. */
export type MediaTypes = Readonly<Record<string, MediaType>>;

/** A link from an answer to an operation, with the place of the operation's parameter in the answer. */
export interface Link {
  readonly operationId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** One answer of an operation. */
export interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, Header | { readonly $ref: string }>>;
  readonly content?: MediaTypes;
  readonly links?: Readonly<Record<string, Link>>;
}

/** One operation of the API. */
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

/** The part of OpenAPI 3.1 that Ebb's document uses. */
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
