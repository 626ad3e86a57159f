/**
 * The value of an environment variable that the stack sets.
 *
 * @param name the variable
 * @throws Error when it is not set, so that a deployment without it fails at once
 */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`the environment variable ${name} is not set`);
  }
  return value;
}
