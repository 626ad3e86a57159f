// The build runs this before the layer is published: what functions take from it has to be there, and to work.
const { z } = require('zod');

const order = z.object({ id: z.string(), count: z.number().int().positive() });
const accepted = [1, 0].map((count) => order.safeParse({ id: 'a', count }).success);
if (String(accepted) !== 'true,false') {
  throw new Error(`zod accepts an order of one: ${accepted[0]}, and one of none: ${accepted[1]}`);
}
