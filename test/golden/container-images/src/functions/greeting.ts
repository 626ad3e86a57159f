/** Who is to be greeted. */
export interface Visitor {
  readonly name?: string;
}

/** What is said to them. */
export interface Greeting {
  readonly greeting: string;
}

/**
 * Greets a visitor: put your own code here.
 *
 * @param visitor who is to be greeted
 * @throws Error when the event names nobody
 */
export async function handler({ name }: Visitor): Promise<Greeting> {
  if (!name) {
    throw new Error('the event has no name; send { "name": "Ada" } for example');
  }
  console.info({ message: 'visitor greeted', name });
  return { greeting: `Hello, ${name}!` };
}
