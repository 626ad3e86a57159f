/** What the API tells of a request. */
export interface Request {
  readonly queryStringParameters?: { readonly name?: string };
}

/** What the API answers. */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Greets whoever calls: put your own code here.
 *
 * @param request the request, with a name or without
 */
export async function handler({ queryStringParameters }: Request): Promise<Response> {
  const name = queryStringParameters?.name || 'world';
  console.info({ message: 'caller greeted', name });
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `Hello, ${name}!` }),
  };
}
